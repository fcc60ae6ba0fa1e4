import ConfigurationFiles
import Foundation
import Logging
import Maintenance
import RunStore
import Runner
import ServiceLifecycle

/// The daemon at work: looks at the clock, claims what is due, starts it, and waits for the next.
///
/// The ledger alone knows which firings are open. What another process writes there, and a clock that was set back, make
/// the agenda anew.
struct SchedulerRound {
    private enum Step: Sendable {
        case woke
        case ended(Claim)
        case configured(Instance)
        /// There will be no other configuration.
        case settled
        case shutdown
    }

    private typealias Steps = ThrowingTaskGroup<Step, any Error>

    private let service: SchedulerService
    private let stop: StopSign
    /// By checklist.
    private var plans: [String: FiringPlan]
    private var runner: any ChecklistRunning
    private var agenda = Agenda()
    private var queue: RunQueue
    private var watch = ClockWatch()
    /// What the clock showed at the last look.
    private var lastLook = Date.distantPast
    /// The state of the store when the agenda was made.
    private var knownChanges: Int64?
    private var tendedAt: ContinuousClock.Instant?
    /// Whether another process may be killed while it runs a firing, which changes nothing in the store.
    private var hasOthersClaims = false
    /// Rung where the agenda is to be looked at before its time.
    private let bell = Bell()

    init(service: SchedulerService, instance: Instance, stop: StopSign) {
        self.service = service
        self.stop = stop
        queue = RunQueue(places: instance.daemon.checklistsAtOnce)
        plans = Self.plans(of: instance, host: service.host)
        runner = service.runner(instance)
    }

    /// How many schedules are watched.
    var scheduled: Int { plans.count }

    private static func plans(of instance: Instance, host: String) -> [String: FiringPlan] {
        let plans = instance.checklists.lazy.compactMap { FiringPlan($0, host: host) }
        return Dictionary(plans.map { ($0.checklist, $0) }) { _, last in last }
    }

    /// Runs until shutdown; what runs at that moment may end.
    ///
    /// - Throws: `RunError` or `RunStoreError` where something could not be recorded: then nothing more may start.
    mutating func run(_ instances: AsyncStream<Instance>) async throws {
        try await withThrowingTaskGroup(of: Step.self) { steps in
            // Waiting is a child task too: the loop must hear at once of a run that could not be recorded.
            try look(&steps)
            awaitConfiguration(instances, &steps)
            while let step = try await steps.next() {
                switch step {
                case .woke where stop.isStopping, .shutdown: try close()
                case .woke: try look(&steps)
                case .ended(let claim): try take(queue.end(claim), &steps)
                case .settled: break
                case .configured(let instance):
                    change(to: instance)
                    awaitConfiguration(instances, &steps)
                }
            }
            try close()
        }
    }

    private func awaitConfiguration(_ instances: AsyncStream<Instance>, _ steps: inout Steps) {
        steps.addTask {
            await cancelWhenGracefulShutdown {
                for await instance in instances { return .configured(instance) }
                return .settled
            }
        }
    }

    // MARK: Looking

    /// Claims what is due, and waits for what comes next.
    private mutating func look(_ steps: inout Steps) throws {
        let now = service.clock.now
        notice(watch.look(.now(wall: now)))
        if try isAgendaOld(now) { try makeAgenda(now) }
        lastLook = now
        let due = agenda.takeDue(now: now)
        if !due.isEmpty { try claim(due, now, &steps) }
        service.onLook(scheduled)
        wait(until: agenda.nextDue ?? .distantFuture, &steps)
    }

    private func wait(until next: Date, _ steps: inout Steps) {
        let (clock, bell) = (service.clock, bell)
        steps.addTask { try await Nap.untilDue(next, clock, bell: bell) ? .woke : .shutdown }
    }

    private func notice(_ changes: [ClockWatch.Change]) {
        for change in changes {
            switch change {
            case .slept(let seconds):
                service.log.notice("the machine slept", metadata: ["for": "\(TimeSpan(.seconds(seconds)))"])
            case .set(let seconds):
                service.log.warning(
                    "the clock was set \(seconds < 0 ? "back" : "forward")",
                    metadata: ["by": "\(TimeSpan(.seconds(abs(seconds))))"])
            }
        }
    }

    /// How long others' changes may go unnoticed, so that a busy `ronde run` does not cost us much.
    private static let tendingInterval = Duration.seconds(5)

    private func isAgendaOld(_ now: Date) throws -> Bool {
        guard let knownChanges, let tendedAt, now >= lastLook else { return true }
        guard tendedAt.duration(to: .now) > Self.tendingInterval else { return false }
        return try hasOthersClaims || service.store.foreignChanges() != knownChanges
    }

    /// Puts the ledger right, and asks it where all schedules stand.
    private mutating func makeAgenda(_ now: Date) throws {
        let tending = try service.store.tend(
            plans.values.map(\.watched), now: now, by: service.presence.name, isAlive: service.presence.isAlive)
        agenda = Agenda(Array(plans.values), tending.cursors, now: now)
        // After it: our own changes are not those of others, and what comes meanwhile is seen next time.
        knownChanges = try service.store.foreignChanges()
        tendedAt = .now
        hasOthersClaims = tending.hasOthersClaims
        if tending.hasInterruptedRuns { try service.closeInterrupted(runner) }
        for (firings, what) in [
            (tending.settled, "abandoned firings settled"), (tending.reopened, "abandoned firings are open again"),
            (tending.retracted, "the clock was ahead: firings that had not run are open again"),
        ] { tell(of: firings, what) }
    }

    // MARK: Claiming

    /// Enters every due firing in the ledger, and starts those that are this process's to run.
    private mutating func claim(_ due: [FiringPlan], _ now: Date, _ steps: inout Steps) throws {
        let pauses = Dictionary(grouping: try service.store.pauses(), by: \.checklist)
        var entries: [String: FiringDecisions.Entry] = [:]
        let (plans, stop) = (plans, stop)
        let changes = try service.store.enterDue(
            due.map(\.watched), now: now, by: service.presence.name, while: { !stop.isStopping }
        ) { schedule, cursor in
            guard let plan = plans[schedule.checklist] else {
                return LedgerEntry([], enteredUntil: cursor.enteredUntil)
            }
            let decisions = FiringDecisions(plan: plan, pauses: pauses[schedule.checklist] ?? [], now: now)
            let entry = decisions.entry(cursor) { !stop.isStopping }
            entries[schedule.checklist] = entry
            return entry.ledger
        }
        // Told to end meanwhile: all of it is open still, for the next daemon.
        guard let (entered, cursors) = changes else { return }
        for (checklist, cursor) in cursors { agenda.move(checklist, cursor, now: now) }
        tell(of: entered.filter { $0.state != .running }, "firings that are not run")
        let claimed = Dictionary(grouping: entered.filter { $0.state == .running }, by: \.checklist)
        // In the order in which they were due.
        for plan in due {
            guard let firings = claimed[plan.checklist] else { continue }
            let claims = firings.map { firing in
                let trigger = entries[plan.checklist]?.triggers[firing.nominalTime] ?? .schedule
                return Claim(firing: firing, trigger: trigger, checklist: plan.definition, runner: runner)
            }
            let zone = plan.schedule.timeZone
            try take(
                queue.arrive(claims, plan.schedule.overlap) { InstantText.format($0.firing.nominalTime, in: zone) },
                &steps)
        }
    }

    private func take(_ actions: [RunQueue.Step], _ steps: inout Steps) throws {
        for action in actions {
            switch action {
            case .start(let claim):
                let run = ClaimedRun(
                    claim: claim, overlap: plans[claim.firing.checklist]?.schedule.overlap ?? .skip,
                    store: service.store, observer: service.observer)
                let tell = tell
                steps.addTask {
                    if let firing = try await run.perform(), firing.state == .skipped {
                        tell([firing], "firings that are not run")
                    }
                    return .ended(claim)
                }
            case .stop(let claim, let reason, let kills): claim.stop.request(reason: reason, kills: kills)
            case .skip(let claim, let reason):
                var firing = claim.firing
                (firing.state, firing.reason) = (.skipped, reason)
                tell([firing], "firings that are not run")
                try service.store.settle(firing)
            }
        }
    }

    // MARK: Changing and ending

    /// Watches another configuration from now on; what runs and waits goes on as it was.
    private mutating func change(to instance: Instance) {
        guard !stop.isStopping else { return }
        plans = Self.plans(of: instance, host: service.host)
        runner = service.runner(instance)
        queue.places = instance.daemon.checklistsAtOnce
        knownChanges = nil
        bell.ring()
        service.log.notice("watching \(scheduled) schedules", metadata: ["config": "\(instance.file)"])
    }

    /// Leaves firings that were claimed and not begun to the next daemon.
    private mutating func close() throws {
        try service.store.giveBack(queue.close().map(\.firing))
    }

    /// One line for a checklist, however many there are: a daemon that comes back after a year may have half a million.
    private var tell: @Sendable ([FiringRecord], String) -> Void {
        let (log, plans) = (service.log, plans)
        return { firings, what in
            for (checklist, firings) in Dictionary(grouping: firings, by: \.checklist) {
                guard let first = firings.first, let last = firings.last else { continue }
                let zone = plans[checklist]?.schedule.timeZone ?? .gmt
                log.warning(
                    "\(what)",
                    metadata: [
                        "checklist": "\(checklist)", "count": "\(firings.count)",
                        "first": "\(InstantText.format(first.nominalTime, in: zone))",
                        "last": "\(InstantText.format(last.nominalTime, in: zone))",
                        "reason": "\(last.reason ?? "")",
                    ])
            }
        }
    }

    private func tell(of firings: [FiringRecord], _ what: String) { tell(firings, what) }
}
