import Cron
import Foundation
import Logging
import Maintenance
import RunStore
import Runner
import ServiceLifecycle

/// Waits for the firings of one checklist and sees each of them into the ledger.
struct ScheduledChecklist: Sendable {
    let checklist: Checklist
    let schedule: ScheduleDefinition
    let runner: ChecklistRunner
    let store: RunStore
    let clock: any WallClock
    let presence: DaemonPresence
    let observer: any RunObserver
    let log: Logger
    /// What jitter adds to every firing, in seconds.
    let delay: Double

    private var cron: CronSchedule { CronSchedule(schedule.cron, timeZone: schedule.timeZone) }

    /// Runs until shutdown; what runs at that moment may end.
    ///
    /// - Throws: ``RunError`` or `RunStoreError` where something could not be recorded: then nothing more may start.
    func run() async throws {
        let key = "\(schedule.cron.source) \(schedule.timeZone.identifier)"
        var since = try store.openSince(checklist: checklist.name, cron: key, now: clock.now)
        try await withThrowingDiscardingTaskGroup { runs in
            while !Task.isCancelled, !Task.isShuttingDownGracefully {
                guard let next = cron.next(after: since) else { return try await gracefulShutdown() }
                do {
                    try await cancelWhenGracefulShutdown {
                        try await clock.sleep(until: next.addingTimeInterval(delay))
                    }
                } catch is CancellationError {
                    return
                }
                let due = due(after: since)
                guard let last = due.last else { continue }
                let claimed = try claim(due)
                if !claimed.isEmpty { runs.addTask { try await answer(claimed) } }
                since = last
            }
        }
    }

    /// The firings after `since` whose time has come.
    private func due(after since: Date) -> [Date] {
        let now = clock.now.addingTimeInterval(-delay)
        var due: [Date] = []
        var last = since
        while let next = cron.next(after: last), next <= now {
            due.append(next)
            last = next
        }
        return due
    }

    private struct Claim: Sendable {
        let nominalTime: Date
        let trigger: RunTrigger
    }

    /// Enters every due firing in the ledger; those returned are this process's to run.
    private func claim(_ due: [Date]) throws -> [Claim] {
        let decisions = MissedFirings.decide(due: due, now: clock.now, delay: delay, policy: schedule.missed)
        return try decisions.compactMap { nominal, decision in
            var firing = FiringRecord(
                checklist: checklist.name, nominalTime: nominal, state: .running, reason: nil, run: nil)
            var trigger: RunTrigger?
            switch decision {
            case .run(let how): trigger = how
            case .merged(let newer):
                firing.state = .merged
                firing.reason = "merged into \(InstantText.format(newer, in: schedule.timeZone))"
            case .missed(let reason):
                firing.state = .missed
                firing.reason = reason
            }
            guard try store.enter(firing, by: presence.name, now: clock.now) else { return nil }
            if trigger == nil {
                log.warning(
                    "\(checklist.name): firing \(firing.state.rawValue)",
                    metadata: ["nominal_time": "\(text(nominal))", "reason": "\(firing.reason ?? "")"])
            }
            return trigger.map { Claim(nominalTime: nominal, trigger: $0) }
        }
    }

    /// Runs the claimed firings, oldest first, and settles each.
    private func answer(_ claims: [Claim]) async throws {
        for claim in claims {
            var firing = FiringRecord(
                checklist: checklist.name, nominalTime: claim.nominalTime,
                state: claim.trigger == .late ? .late : .ran, reason: nil, run: nil)
            do throws(RunError) {
                let order = ChecklistRunner.Order(
                    trigger: claim.trigger, nominalTime: claim.nominalTime,
                    waitsForRunning: schedule.overlap == .queue)
                firing.run = try await runner.run(checklist, order, observer: observer).run
            } catch {
                guard case .alreadyRunning(_, let holder) = error else { throw error }
                firing.state = .skipped
                firing.reason = "overlap: \(holder)"
                log.warning(
                    "\(checklist.name): firing skipped",
                    metadata: ["nominal_time": "\(text(claim.nominalTime))", "reason": "\(holder)"])
            }
            try store.settle(firing)
        }
    }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: schedule.timeZone) }
}
