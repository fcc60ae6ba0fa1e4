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
    let runner: any ChecklistRunning
    let store: RunStore
    let clock: any WallClock
    let presence: DaemonPresence
    let observer: any RunObserver
    let log: Logger
    /// What jitter adds to every firing, in seconds.
    let delay: Double

    private var cron: CronSchedule { CronSchedule(schedule.cron, timeZone: schedule.timeZone) }
    private var cronKey: String { "\(schedule.cron.source) \(schedule.timeZone.identifier)" }

    private enum Step: Sendable {
        /// The wait is over, with what is to be run now.
        case woke([Claim])
        case ended(Claim)
        case shutdown
    }

    /// Runs until shutdown; what runs at that moment may end.
    ///
    /// The ledger alone knows which firings are open: it is asked after every wait, so that a clock that was set, a
    /// firing that was given back and another daemon all come to the same.
    ///
    /// - Throws: `RunError` or `RunStoreError` where something could not be recorded: then nothing more may start.
    func run() async throws {
        var turns = Turns<Claim>(schedule.overlap, key: \.firing.nominalTime) { text($0.firing.nominalTime) }
        try await withThrowingTaskGroup(of: Step.self) { steps in
            // Waiting is a child task too: this one must hear at once of a run that could not be recorded.
            steps.addTask { try await wait() }
            while let step = try await steps.next() {
                switch step {
                case .shutdown: try giveBack(turns.close().map(\.firing))
                case .ended(let claim): try take(isStopping ? [] : turns.end(claim), &steps)
                case .woke(let claims):
                    if isStopping {
                        try giveBack(claims.map(\.firing))
                    } else {
                        for claim in claims { try take(turns.arrive(claim), &steps) }
                    }
                    steps.addTask { try await wait() }
                }
            }
        }
    }

    private var isStopping: Bool { Task.isCancelled || Task.isShuttingDownGracefully }

    private func take(_ actions: [Turns<Claim>.Step], _ steps: inout ThrowingTaskGroup<Step, any Error>) throws {
        for action in actions {
            switch action {
            case .start(let claim):
                steps.addTask {
                    try await answer(claim)
                    return .ended(claim)
                }
            case .stop(let claim, let reason, let kills): claim.stop.request(reason: reason, kills: kills)
            case .skip(let claim, let reason):
                var firing = claim.firing
                (firing.state, firing.reason) = (.skipped, reason)
                tellOfUnrun([firing])
                try store.settle(firing)
            }
        }
    }

    /// Waits for the next firing and claims what is due then.
    private func wait() async throws -> Step {
        if isStopping { return .shutdown }
        try settleAbandoned()
        // The ledger goes by nominal times, which jitter puts off.
        let since = try store.openSince(checklist: checklist.name, cron: cronKey, now: nominalNow)
        let next = cron.next(after: since)?.addingTimeInterval(delay) ?? .distantFuture
        if clock.now < next {
            guard try await Nap.untilDue(next, clock) else { return .shutdown }
            if clock.now < next { return .woke([]) }
        }
        return .woke(try claimDue())
    }

    /// The nominal time whose firing is due now.
    private var nominalNow: Date { clock.now.addingTimeInterval(-delay) }

    private struct Claim: Sendable {
        let firing: FiringRecord
        let trigger: RunTrigger
        /// By what its run can be ended for a later firing.
        let stop = RunStop()
    }

    /// Records what a daemon that is gone had claimed.
    private func settleAbandoned() throws {
        for firing in try store.settleAbandoned(checklist: checklist.name, isAlive: presence.isAlive) {
            log.warning(
                firing.state == .running ? "abandoned firing is open again" : "abandoned firing settled",
                metadata: [
                    "checklist": "\(checklist.name)", "nominal_time": "\(text(firing.nominalTime))",
                    "state": "\(firing.state.rawValue)",
                ])
        }
    }

    /// Enters every due firing in the ledger; those returned are this process's to run.
    private func claimDue() throws -> [Claim] {
        let now = clock.now
        let pauses = try store.pauses(checklist: checklist.name)
        var triggers: [Date: RunTrigger] = [:]
        let entered = try store.enterDue(checklist: checklist.name, cron: cronKey, now: nominalNow, by: presence.name) {
            since in
            return decide(due(after: since), now, pauses).map { nominal, decision in
                if case .run(let trigger) = decision { triggers[nominal] = trigger }
                return record(nominal, decision)
            }
        }
        tellOfUnrun(entered.filter { triggers[$0.nominalTime] == nil })
        return entered.compactMap { firing in triggers[firing.nominalTime].map { Claim(firing: firing, trigger: $0) } }
    }

    /// What becomes of firings that are due: those of a pause are skipped, and no later one makes up for them.
    private func decide(
        _ due: [Date], _ now: Date, _ pauses: [PauseRecord]
    ) -> [(nominalTime: Date, decision: MissedFirings.Decision)] {
        // A firing that is late by now is not begun in a pause either.
        func pause(_ nominal: Date) -> PauseRecord? {
            pauses.last { $0.covers(nominal.addingTimeInterval(delay)) || $0.covers(now) }
        }
        let decided = MissedFirings.decide(
            due: due.filter { pause($0) == nil }, now: now, delay: delay, policy: schedule.missed)
        let skipped = due.compactMap { nominal in
            pause(nominal).map { (nominal, MissedFirings.Decision.skipped(reason: words($0))) }
        }
        return (decided + skipped).sorted { $0.nominalTime < $1.nominalTime }
    }

    private func words(_ pause: PauseRecord) -> String {
        "paused" + (pause.until.map { " until \(text($0))" } ?? "") + ": \(pause.reason)"
    }

    /// The firings after `since` whose time has come.
    private func due(after since: Date) -> [Date] {
        let now = nominalNow
        return cron.firings(after: since).lazy.map(\.instant).prefix { $0 <= now }.map(\.self)
    }

    private func record(_ nominal: Date, _ decision: MissedFirings.Decision) -> FiringRecord {
        var firing = FiringRecord(
            checklist: checklist.name, nominalTime: nominal, state: .running, reason: nil, run: nil)
        switch decision {
        case .run: break
        case .skipped(let reason):
            firing.state = .skipped
            firing.reason = reason
        case .merged(let newer):
            firing.state = .merged
            firing.reason = "merged into \(text(newer))"
        case .missed(let reason):
            firing.state = .missed
            firing.reason = reason
        }
        return firing
    }

    /// One line, however many there are: a daemon that comes back after a year may have half a million.
    private func tellOfUnrun(_ firings: [FiringRecord]) {
        guard let first = firings.first, let last = firings.last else { return }
        log.warning(
            "firings that are not run",
            metadata: [
                "checklist": "\(checklist.name)", "count": "\(firings.count)", "first": "\(text(first.nominalTime))",
                "last": "\(text(last.nominalTime))", "reason": "\(last.reason ?? "")",
            ])
    }

    /// Runs a claimed firing and settles it.
    private func answer(_ claim: Claim) async throws {
        if isStopping { return try giveBack([claim.firing]) }
        var firing = claim.firing
        do throws(RunError) {
            let order = ChecklistRunner.Order(
                trigger: claim.trigger, nominalTime: firing.nominalTime, overlap: runnerOverlap, stop: claim.stop)
            let report = try await runner.run(checklist, order, observer: observer)
            (firing.run, firing.reason) = (report.run, report.interruption)
            firing.state = claim.trigger == .late ? .late : .ran
        } catch {
            switch error {
            case .alreadyRunning(_, let holder):
                (firing.state, firing.reason) = (.skipped, "overlap: \(holder)")
                tellOfUnrun([firing])
            case .stoppedWaiting:
                guard let reason = claim.stop.reason else { return try giveBack([firing]) }
                (firing.state, firing.reason) = (.skipped, "overlap: \(reason)")
                tellOfUnrun([firing])
            case .notRecorded, .noSuchTask: throw error
            }
        }
        try store.settle(firing)
    }

    /// What the runner is to do about runs that this process did not start: those by hand, and other daemons'.
    private var runnerOverlap: ChecklistRunner.Overlap {
        let isWanted: @Sendable () -> Bool = { !Task.isShuttingDownGracefully }
        return switch schedule.overlap {
        case .skip: .refuse
        case .queueOne: .wait(while: isWanted)
        case .queueAll, .cancelRunning, .killRunning: .wait(isAlone: false, while: isWanted)
        case .allow: .share(while: isWanted)
        }
    }

    /// Leaves firings that were claimed and not begun to the next daemon.
    private func giveBack(_ firings: [FiringRecord]) throws {
        // The newest first: only a firing with none after it can be given back.
        for var firing in firings.reversed() where try !store.giveBack(firing) {
            firing.state = .skipped
            firing.reason = "the daemon was stopped before it began"
            try store.settle(firing)
            tellOfUnrun([firing])
        }
    }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: schedule.timeZone) }
}
