import DurableFiles
package import Foundation
package import Maintenance
package import RunStore
import SystemPackage

/// Runs checklists: in order, one task at a time, and records what came of it.
package struct ChecklistRunner: Sendable {
    private let settings: RunnerSettings
    private let store: RunStore
    private let clock: any WallClock

    package init(settings: RunnerSettings, store: RunStore, clock: any WallClock = SystemWallClock()) {
        self.settings = settings
        self.store = store
        self.clock = clock
    }

    /// What a run is to do beyond its checklist.
    package struct Order: Sendable {
        package var trigger: RunTrigger
        /// The firing it answers; nil for a run by hand.
        package var nominalTime: Date?
        /// Only these tasks, in their usual order; empty for all.
        package var onlyTasks: [String]
        package var isDryRun: Bool
        /// Whether to wait for a run of the same checklist instead of refusing.
        package var waitsForRunning: Bool

        package init(
            trigger: RunTrigger, nominalTime: Date? = nil, onlyTasks: [String] = [], isDryRun: Bool = false,
            waitsForRunning: Bool = false
        ) {
            self.trigger = trigger
            self.nominalTime = nominalTime
            self.onlyTasks = onlyTasks
            self.isDryRun = isDryRun
            self.waitsForRunning = waitsForRunning
        }
    }

    /// Runs the checklist to its end, or until the calling task is cancelled, which is recorded too.
    ///
    /// - Throws: ``RunError`` where the run may not begin, or where its record could not be kept.
    package func run(
        _ checklist: Checklist, _ order: Order, observer: any RunObserver
    ) async throws(RunError) -> RunReport {
        let tasks = try selected(checklist, order)
        let recorder = RunRecorder(settings: settings, store: store)
        var report = RunReport(
            run: try Self.identifier(checklist, clock.now, settings), checklist: checklist.name,
            title: checklist.title, service: checklist.service.name, outcome: .unknown, trigger: order.trigger,
            nominalTime: order.nominalTime, startedAt: clock.now, endedAt: clock.now,
            timezone: settings.timeZone.identifier, host: settings.host, dryRun: order.isDryRun, interruption: nil,
            tasks: [])
        if order.isDryRun {
            observer.observe(.began(report))
            await perform(tasks, of: checklist, into: &report, observer: observer) { _, _ in }
            observer.observe(.ended(report, folder: nil))
            return report
        }
        let lock = try await takeTurn(checklist.name, order)
        defer { lock.release() }
        _ = try recorder.closeInterrupted(checklist: checklist.name, now: clock.now)
        report.startedAt = clock.now
        let run = try recorder.begin(report)
        report.run = run
        observer.observe(.began(report))
        var failure: RunError?
        await perform(tasks, of: checklist, into: &report, observer: observer) { task, position in
            do throws(RunError) {
                try recorder.keep(task, position: position, of: run)
            } catch {
                failure = failure ?? error
            }
        }
        // Even if a task could not be kept on the way, the whole report may still fit.
        let folder = try recorder.end(report)
        try? Folder.removeTree(settings.scratchFolder.appending(run.rawValue))
        observer.observe(.ended(report, folder: folder.string))
        if let failure { throw failure }
        return report
    }

    /// Ends what a killed process left open of these checklists, and returns what was interrupted.
    package func closeInterrupted(_ checklists: [String]) throws(RunError) -> [RunReport] {
        let recorder = RunRecorder(settings: settings, store: store)
        var closed: [RunReport] = []
        for name in checklists {
            guard let lock = try attemptTurn(name, purpose: "tidying up") else { continue }
            defer { lock.release() }
            closed += try recorder.closeInterrupted(checklist: name, now: clock.now)
        }
        return closed
    }

    // MARK: Tasks

    private func selected(_ checklist: Checklist, _ order: Order) throws(RunError) -> [TaskDefinition] {
        let known = checklist.tasks.map(\.name)
        if let unknown = order.onlyTasks.first(where: { !known.contains($0) }) {
            throw .noSuchTask(unknown, checklist: checklist.name, known: known)
        }
        do {
            let sorted = try TaskOrder.sorted(checklist.tasks)
            return order.onlyTasks.isEmpty ? sorted : sorted.filter { order.onlyTasks.contains($0.name) }
        } catch {
            throw .notRecorded(nil, reason: error.description)
        }
    }

    private func perform(
        _ tasks: [TaskDefinition], of checklist: Checklist, into report: inout RunReport,
        observer: any RunObserver, keep: (TaskReport, Int) -> Void
    ) async {
        let deadline = report.startedAt.addingTimeInterval(checklist.timeLimit.seconds)
        for (position, task) in tasks.enumerated() {
            let ended: TaskReport
            if let reason = reasonToSkip(task, report, among: tasks, deadline, checklist.timeLimit) {
                ended = TaskReport(
                    task: task.name, title: task.title, plugin: task.plugin, outcome: .skipped, summary: reason)
            } else {
                ended = await TaskExecution(
                    settings: settings, clock: clock, observer: observer, run: report.run,
                    service: checklist.service, task: task, nominalTime: report.nominalTime ?? report.startedAt,
                    isDryRun: report.dryRun, runDeadline: deadline
                ).perform()
            }
            report.tasks.append(ended)
            keep(ended, position)
            observer.observe(.taskEnded(ended))
        }
        report.endedAt = clock.now
        if Task.isCancelled { report.interruption = "it was told to stop" }
        let stopped: [Outcome] = report.interruption == nil ? [] : [.unknown]
        let outOfTime: [Outcome] = clock.now > deadline ? [.critical] : []
        report.outcome = (report.tasks.map(\.outcome) + stopped + outOfTime).worst
    }

    private func reasonToSkip(
        _ task: TaskDefinition, _ report: RunReport, among tasks: [TaskDefinition], _ deadline: Date,
        _ limit: TimeSpan
    ) -> String? {
        if Task.isCancelled { return "the run was told to stop" }
        if clock.now >= deadline { return "the run's time limit of \(limit) was over" }
        let selected = Set(tasks.map(\.name))
        let failed = task.needs.filter { need in
            selected.contains(need) && report.tasks.first { $0.task == need }?.outcome.allowsDependents != true
        }
        guard !failed.isEmpty else { return nil }
        let reasons = failed.map { need in
            "\(need) ended \(report.tasks.first { $0.task == need }?.outcome.rawValue ?? "unknown")"
        }
        return "it needs \(failed.joined(separator: ", ")): " + reasons.joined(separator: ", ")
    }

    // MARK: Turns

    private static func identifier(
        _ checklist: Checklist, _ start: Date, _ settings: RunnerSettings
    ) throws(RunError) -> RunIdentifier {
        guard
            let run = RunIdentifier(checklist: checklist.name, start: start, timeZone: settings.timeZone)
        else { throw .notRecorded(nil, reason: "'\(checklist.name)' cannot be part of a run's name") }
        return run
    }

    /// One run of a checklist at a time, whichever process it is in.
    private func takeTurn(_ checklist: String, _ order: Order) async throws(RunError) -> FileLock {
        let purpose = "a run of \(checklist), trigger \(order.trigger.rawValue)"
        while true {
            if let lock = try attemptTurn(checklist, purpose: purpose) { return lock }
            let holder = holder(of: checklist)
            guard order.waitsForRunning else { throw .alreadyRunning(checklist: checklist, holder: holder) }
            do {
                try await clock.sleep(for: LockTable.pollInterval)
            } catch {
                throw .alreadyRunning(checklist: checklist, holder: holder)
            }
        }
    }

    private var locks: LockTable { LockTable(folder: settings.locksFolder, clock: clock) }

    private func attemptTurn(_ checklist: String, purpose: String) throws(RunError) -> FileLock? {
        do {
            return try locks.attempt(.checklist(checklist), .exclusive, purpose: purpose)
        } catch {
            throw .notRecorded(nil, reason: "\(error)")
        }
    }

    private func holder(of checklist: String) -> String { locks.holder(of: .checklist(checklist)) }
}
