import ArgumentParser
import ConfigurationFiles
import Cron
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import Runner
import Scheduler
import SystemPackage

extension Ronde {
    struct StatusCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show whether the daemon runs, what it does, and how the last runs ended.",
            discussion: """
                Example: ronde status
                Exit status: 0 all is well; 1 the last run of a checklist ended with a warning,
                the configuration on disk is faulty, or a person is late with a step; 2 one ended critical or unknown, or no
                daemon runs although there are schedules.
                """)

        @Flag(help: "Print JSON: {outcome, daemons, running, waiting, locks, …, mistakes}.") var json = false
        @OptionGroup var instance: InstanceOptions

        func run() throws {
            guard let file = try instance.file() else { return _ = try instance.instance() }
            // Also with mistakes: then one wants to know what the daemon makes of them.
            let (found, mistakes) = InstanceOptions.loader.look(at: file)
            guard let instance = found else { return _ = try instance.instance() }
            var status = try InstanceStatus.of(instance, now: Date())
            status.mistakes = mistakes.map { "\($0)" }
            if json {
                try JSONOutput.print(StatusShape(status), instants: instance.timeZone)
            } else {
                StatusText(status: status, zone: instance.timeZone).print()
            }
            throw ExitCode(status.outcome.exitStatus)
        }
    }
}

/// What is known of an instance and its daemons at one moment.
struct InstanceStatus {
    let now: Date
    /// Those that are alive.
    var daemons: [DaemonRecord] = []
    var running: [LiveRun] = []
    var locks: [LockState] = []
    /// The next firing of each checklist, the soonest first.
    var next: [(checklist: String, due: Date)] = []
    /// The last run of each checklist that has ended.
    var last: [RunStore.RunRow] = []
    var paused: [PauseRecord] = []
    /// The runs that wait for a person, the longest wait first.
    var waiting: [RunReport] = []
    var scheduled = 0
    /// What is wrong with the configuration on disk.
    var mistakes: [String] = []

    /// The worst of all that is to be seen.
    var outcome: Outcome {
        var outcomes: [Outcome] = [.ok]
        if daemons.isEmpty, scheduled > 0 { outcomes.append(.critical) }
        if !mistakes.isEmpty || daemons.contains(where: { $0.fault != nil }) { outcomes.append(.warning) }
        if waiting.contains(where: { $0.isOverdue(at: now) }) { outcomes.append(.warning) }
        for run in last {
            switch run.outcome {
            case .warning: outcomes.append(.warning)
            case .critical, .unknown: outcomes.append(.critical)
            case .ok, .skipped, .waiting, nil: break
            }
        }
        return outcomes.worst
    }

    /// - Throws: `CommandFailure` or `RunStoreError` where the run store cannot be read.
    static func of(_ instance: Instance, now: Date) throws -> InstanceStatus {
        let settings = instance.runnerSettings()
        var status = InstanceStatus(now: now)
        for checklist in instance.checklists {
            guard let schedule = checklist.schedule else { continue }
            status.scheduled += 1
            if let due = CronSchedule(schedule.cron, timeZone: schedule.timeZone).next(after: now) {
                status.next.append((checklist.name, due))
            }
        }
        status.next.sort { ($0.due, $0.checklist) < ($1.due, $1.checklist) }
        // Without a store nothing was ever run, and looking must not make one.
        guard FileManager.default.fileExists(atPath: settings.storePath.string) else { return status }
        let store = try RunStore.open(settings)
        status.locks = try LockState.all(services: Array(instance.services.values), settings)
        let held = Set(status.locks.map(\.file))
        let locks = settings.stateFolder.appending("locks")
        status.daemons = try store.daemons().filter { DaemonPresence.isAlive($0.presence, in: locks) }
        status.running = LiveRuns(stateFolder: settings.stateFolder).all().filter {
            held.contains("checklist-\($0.checklist).lock")
        }
        status.paused = try store.pauses().filter { $0.covers(now) }
        status.waiting = try store.waiting()
        status.last = try instance.checklists.compactMap { try store.lastEndedRun(of: $0.name) }
        return status
    }
}
