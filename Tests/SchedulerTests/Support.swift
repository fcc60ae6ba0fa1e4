@testable import ConfigurationFiles
import Cron
import DurableFiles
import Foundation
import Logging
import Maintenance
import RunStore
import Runner
import ServiceLifecycle
import Synchronization
import SystemPackage

@testable import Scheduler

/// A clock whose sleepers jump to their deadline, so that years pass in seconds.
///
/// It stops at its end.
final class JumpingClock: WallClock {
    private let time: Mutex<Date>
    let end: Date
    /// Called with each new time, before sleepers go on.
    private let passing: Mutex<(@Sendable (JumpingClock) -> Void)?> = Mutex(nil)
    private let busy: Mutex<(@Sendable () -> Bool)?> = Mutex(nil)

    init(_ start: Date, until end: Date) {
        time = Mutex(start)
        self.end = end
    }

    var now: Date { time.withLock { $0 } }

    func set(_ date: Date) { time.withLock { $0 = date } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    /// Time stands still for as long as this is true: what is done then takes none.
    func standsStill(while body: @escaping @Sendable () -> Bool) { busy.withLock { $0 = body } }
    func onPassing(_ body: @escaping @Sendable (JumpingClock) -> Void) { passing.withLock { $0 = body } }

    /// Jumps, but never beyond the end: there it waits until it is cancelled.
    func sleep(until deadline: Date) async throws {
        try Task.checkCancellation()
        while busy.withLock({ $0 })?() == true { try await Task.sleep(for: .milliseconds(1)) }
        guard deadline <= end else {
            time.withLock { $0 = max($0, end) }
            try await Task.sleep(for: .seconds(3600))
            return
        }
        time.withLock { $0 = max($0, deadline) }
        passing.withLock { $0 }?(self)
        await Task.yield()
    }
}

/// A runner that only keeps what it was asked.
final class StubRunner: ChecklistRunning {
    struct Asked: Hashable, Sendable {
        var checklist: String
        var nominalTime: Date
        var trigger: RunTrigger
    }

    private let asked = Mutex<[Asked]>([])
    private let body: @Sendable (Asked, ChecklistRunner.Order) async throws(RunError) -> Void
    var all: [Asked] { asked.withLock { $0 } }

    init(
        _ body: @escaping @Sendable (Asked, ChecklistRunner.Order) async throws(RunError) -> Void = {
            _, _ throws(RunError) in
        }
    ) {
        self.body = body
    }

    func run(
        _ checklist: Checklist, _ order: ChecklistRunner.Order, observer: any RunObserver
    ) async throws(RunError) -> RunReport {
        let nominal = order.nominalTime ?? .distantPast
        let one = Asked(checklist: checklist.name, nominalTime: nominal, trigger: order.trigger)
        asked.withLock { $0.append(one) }
        try await body(one, order)
        guard let run = RunIdentifier(checklist: checklist.name, start: nominal, timeZone: .gmt) else {
            throw .notRecorded(nil, reason: "no name")
        }
        return RunReport(
            run: run, checklist: checklist.name, title: "", service: "api", outcome: .ok, trigger: order.trigger,
            nominalTime: nominal, startedAt: nominal, endedAt: nominal, timezone: "GMT", host: "h", dryRun: false,
            interruption: nil, tasks: [])
    }

    func closeInterrupted() throws(RunError) -> [RunReport] { [] }
}

/// A store in a folder of its own, removed at the end.
final class Ledger: Sendable {
    let root = FilePath(NSTemporaryDirectory()).appending("ronde-scheduler-\(UUID().uuidString)")
    let store: RunStore

    init() throws { store = try RunStore(at: root.appending("runs.db")) }

    /// Begins to watch a schedule of the checklist `x`, as a daemon did at an instant.
    func watch(_ schedule: ScheduleDefinition, since now: Date) throws {
        guard let plan = FiringPlan(checklist("x", schedule), host: "h") else { throw CocoaError(.coderInvalidValue) }
        _ = try store.tend([plan.watched], now: now, by: "test") { _ in true }
    }

    func presence() throws -> DaemonPresence { try DaemonPresence(in: root.appending("locks"), pid: 1) }

    deinit {
        // What a failing test leaves behind is in the temporary folder.
        try? Folder.removeTree(root)
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

func schedule(
    _ cron: String, zone: String = "Europe/Paris", missed: MissedPolicy = MissedPolicy(),
    overlap: OverlapPolicy = .skip, jitter: Double = 0, notDuring: BlackoutPolicy? = nil
) throws -> ScheduleDefinition {
    ScheduleDefinition(
        cron: try CronExpression(parsing: cron), timeZone: TimeZone(identifier: zone) ?? .gmt, missed: missed,
        overlap: overlap, jitter: TimeSpan(.seconds(jitter)), notDuring: notDuring)
}

func checklist(_ name: String, _ schedule: ScheduleDefinition?) -> Checklist {
    Checklist(
        name: name, title: name, service: Service(name: "api", title: "API"), schedule: schedule,
        timeLimit: TimeSpan(.seconds(60)), tasks: [], file: "\(name).yaml")
}

func daemon(
    _ checklists: [Checklist], _ ledger: Ledger, _ runner: any ChecklistRunning, _ clock: any WallClock,
    onLook: @escaping @Sendable (Int) -> Void = { _ in }
) throws -> SchedulerService {
    SchedulerService(
        instance: Instance(
            file: "/ronde.yaml", timeZone: .gmt, language: .english,
            folders: .init(schedules: "/s", plugins: [], state: ledger.root, reports: "/r"), services: [:],
            checklists: checklists, plugins: [:]), store: ledger.store, presence: try ledger.presence(),
        clock: clock, observer: SilentObserver(), log: quiet, host: "h", onLook: onLook,
        runner: { _ in runner })
}

/// Runs daemons until `isDone`, then shuts them down.
func run(_ daemons: [SchedulerService], until isDone: @escaping @Sendable () -> Bool) async throws {
    let group = ServiceGroup(
        configuration: .init(services: daemons.map { .init(service: $0) }, gracefulShutdownSignals: [], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            while !isDone() { try await Task.sleep(for: .milliseconds(2)) }
            await group.triggerGracefulShutdown()
        }
        // The first to end is a daemon that failed, or the trigger.
        do {
            try await tasks.next()
            try await tasks.waitForAll()
        } catch {
            tasks.cancelAll()
            throw error
        }
    }
}

func instant(_ text: String) throws -> Date {
    guard let date = InstantText.parse(text) else { throw CocoaError(.formatting) }
    return date
}
