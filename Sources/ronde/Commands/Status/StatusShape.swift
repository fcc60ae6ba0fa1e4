import Foundation
import Maintenance
import RunStore
import Runner

/// `ronde status --json`.
struct StatusShape: Encodable {
    struct Daemon: Encodable {
        let pid: Int32
        let version, host: String
        let started_at: Date
        let config: String
        let schedules: Int
        let configured_at: Date
        @OrNull var fault: ConfigurationFault?
    }

    struct Running: Encodable {
        let run, checklist: String
        let trigger: RunTrigger
        let started_at: Date
        @OrNull var task: String?
        @OrNull var task_started_at: Date?
        let attempt: Int
        @OrNull var fraction: Double?
        @OrNull var message: String?
        let tasks_ended: Int
    }

    struct Lock: Encodable {
        let name, mode: String
        let pids: [Int32]
        @OrNull var purpose: String?
    }

    struct Next: Encodable {
        let checklist: String
        let nominal_time: Date
    }

    struct Last: Encodable {
        let checklist, run: String
        let outcome: Outcome?
        let started_at: Date
        @OrNull var ended_at: Date?
    }

    struct Paused: Encodable {
        let checklist, reason: String
        let since: Date
        @OrNull var until: Date?
    }

    let outcome: Outcome
    let daemons: [Daemon]
    let running: [Running]
    let locks: [Lock]
    let next: [Next]
    let last: [Last]
    let paused: [Paused]
    /// As in `ronde sign --json`.
    let waiting: [WaitingList.Row]
    /// Of the configuration on disk.
    let mistakes: [String]

    init(_ status: InstanceStatus) {
        outcome = status.outcome
        daemons = status.daemons.map {
            Daemon(
                pid: $0.pid, version: $0.version, host: $0.host, started_at: $0.startedAt, config: $0.file,
                schedules: $0.schedules, configured_at: $0.configuredAt, fault: $0.fault)
        }
        running = status.running.map {
            Running(
                run: $0.run.rawValue, checklist: $0.checklist, trigger: $0.trigger, started_at: $0.startedAt,
                task: $0.task, task_started_at: $0.taskStartedAt, attempt: $0.attempt, fraction: $0.fraction,
                message: $0.message, tasks_ended: $0.ended)
        }
        locks = status.locks.filter(\.isOfWork).map {
            Lock(name: $0.subject, mode: $0.mode, pids: $0.pids, purpose: $0.purpose)
        }
        next = status.next.map { Next(checklist: $0.checklist, nominal_time: $0.due) }
        last = status.last.map {
            Last(
                checklist: $0.checklist, run: $0.run.rawValue, outcome: $0.outcome, started_at: $0.startedAt,
                ended_at: $0.endedAt)
        }
        mistakes = status.mistakes
        waiting = WaitingList(runs: status.waiting, zone: .gmt, now: status.now).rows
        paused = status.paused.map {
            Paused(checklist: $0.checklist, reason: $0.reason, since: $0.since, until: $0.until)
        }
    }
}
