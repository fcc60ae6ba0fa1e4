import DurableFiles
package import Foundation
import Glibc
package import Maintenance
import PluginKit
import Synchronization
package import SystemPackage

/// What a run does at this moment, for other processes to see.
///
/// Nothing of it need survive a crash.
package struct LiveRun: Hashable, Sendable, Codable {
    package var run: RunIdentifier
    package var checklist: String
    package var trigger: RunTrigger
    package var startedAt: Date
    /// The task that it is at; nil between two.
    package var task: String?
    package var taskStartedAt: Date?
    package var attempt: Int
    /// How far the task is, from 0 to 1, as its plugin said last.
    package var fraction: Double?
    /// What its plugin said last that it was doing, or for which lock the task waits.
    package var message: String?
    /// How many tasks have ended.
    package var ended: Int

    package enum CodingKeys: String, CodingKey {
        case run, checklist, trigger
        case startedAt = "started_at"
        case task
        case taskStartedAt = "task_started_at"
        case attempt, fraction, message, ended
    }
}

/// The folder in which each run that goes on has a file that says what it does.
package struct LiveRuns: Sendable {
    private let folder: FilePath

    package init(stateFolder: FilePath) { folder = stateFolder.appending("live") }

    /// The runs of which there is a file, the oldest first; one that was killed leaves it behind until it is closed.
    package func all() -> [LiveRun] {
        // What cannot be listed or read is not shown: nothing depends on it.
        ((try? Folder.entries(of: folder)) ?? []).compactMap { name in
            guard name.hasSuffix(".json"), !name.hasPrefix("."),
                let bytes = try? DurableFile.read(folder.appending(name), limit: 65_536)
            else { return nil }
            return try? RecordCoding.decoder().decode(LiveRun.self, from: Data(bytes))
        }.sorted { ($0.startedAt, $0.run.rawValue) < ($1.startedAt, $1.run.rawValue) }
    }

    private func path(of run: RunIdentifier) -> FilePath { folder.appending(run.rawValue + ".json") }
    /// What is being written; a run has one writer.
    private func pathBeside(_ run: RunIdentifier) -> FilePath { folder.appending(".\(run.rawValue)") }

    /// Shows what a run does; a file that cannot be written is not worth failing a run for.
    func show(_ live: LiveRun) {
        do {
            // What a plugin says may name what it found: for the owner's eyes, as reports are.
            try Folder.create(folder, permissions: .ownerReadWriteExecute, isDurable: false)
            let beside = pathBeside(live.run)
            let file = try FileDescriptor.open(
                beside, .writeOnly, options: [.create, .truncate, .closeOnExec, .noFollow],
                permissions: .ownerReadWrite)
            try file.closeAfter { _ = try file.writeAll(try RecordCoding.encoder().encode(live)) }
            // Renamed so that nobody reads half of it; not synced, because nobody needs it after a crash.
            _ = rename(beside.string, path(of: live.run).string)
        } catch {
            // As said above; a full disk is told of by the records that matter.
        }
    }

    func remove(_ run: RunIdentifier) {
        unlink(path(of: run).string)
        unlink(pathBeside(run).string)
    }
}

/// Keeps the file of a run while it goes on, and tells another observer everything.
final class LiveRunObserver: RunObserver {
    private let next: any RunObserver
    private let runs: LiveRuns
    private let clock: any WallClock
    private let state: Mutex<(live: LiveRun, shownAt: ContinuousClock.Instant)>
    /// Progress is shown no more often.
    private static let interval = Duration.milliseconds(500)

    init(_ report: RunReport, in runs: LiveRuns, clock: any WallClock, telling next: any RunObserver) {
        self.next = next
        self.runs = runs
        self.clock = clock
        let live = LiveRun(
            run: report.run, checklist: report.checklist, trigger: report.trigger, startedAt: report.startedAt,
            attempt: 0, ended: 0)
        state = Mutex((live, .now))
        runs.show(live)
    }

    func observe(_ event: RunEvent) {
        switch event {
        case .began, .retrying, .ended, .waits: break
        case .waitingForLock(_, let holder): show { $0.message = holder }
        case .taskBegan(let task, let attempt):
            show { live in
                (live.task, live.taskStartedAt, live.attempt) = (task.name, clock.now, attempt)
                (live.fraction, live.message) = (nil, nil)
            }
        case .taskSaid(_, .progress(let fraction, let message)):
            show(isUrgent: false) { live in
                live.fraction = fraction ?? live.fraction
                if !message.isEmpty { live.message = String(message.prefix(500)) }
            }
        case .taskSaid: break
        case .taskEnded:
            // The next task, or the end of the run, is shown soon enough.
            state.withLock { state in
                state.live.ended += 1
                (state.live.task, state.live.taskStartedAt, state.live.fraction, state.live.message) = (
                    nil, nil, nil, nil
                )
            }
        }
        next.observe(event)
    }

    private func show(isUrgent: Bool = true, _ change: (inout LiveRun) -> Void) {
        let live: LiveRun? = state.withLock { state in
            change(&state.live)
            guard isUrgent || state.shownAt.duration(to: .now) >= Self.interval else { return nil }
            state.shownAt = .now
            return state.live
        }
        if let live { runs.show(live) }
    }
}
