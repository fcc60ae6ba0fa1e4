import DurableFiles
import Foundation
import Logging
import Maintenance
import Reports
import RunStore
import Synchronization
import SystemPackage
import Testing

@testable import Notifications

/// A clock that stands still until it is set.
final class StandingClock: WallClock {
    private let time: Mutex<Date>

    init(_ start: Date) { time = Mutex(start) }

    var now: Date { time.withLock { $0 } }
    func advance(_ seconds: Double) { time.withLock { $0 += seconds } }
    func set(_ date: Date) { time.withLock { $0 = date } }

    func sleep(until deadline: Date) async throws {
        // Nobody is woken by this clock; a bell or the real time limit does that.
        if now < deadline { try await Task.sleep(for: .seconds(3600)) }
    }
}

/// An instance's state on disk, its clock and its notifier; the folder is removed at the end.
final class Scene: Sendable {
    let root = FilePath(NSTemporaryDirectory()).appending("ronde-notices-\(UUID().uuidString)")
    let clock: StandingClock
    let store: RunStore
    let notifier: Notifier
    private let number = Mutex(0)

    var reports: ReportFolder { ReportFolder(root: root.appending("reports")) }
    var lock: FilePath { root.appending("state/locks/notifications.lock") }
    var log: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    init(
        _ settings: NotificationSettings = Scene.settings(), at start: String = "2026-06-10T12:00:00+02:00"
    ) throws {
        clock = StandingClock(try instant(start))
        store = try RunStore(at: root.appending("state/runs.db"))
        notifier = Notifier(
            store: store, reports: ReportFolder(root: root.appending("reports")), host: "host1", clock: clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try notifier.use(settings, checklists: [try Self.checklist()], timeZone: paris)
    }

    deinit {
        // What a failing test leaves behind is in the temporary folder.
        try? Folder.removeTree(root)
    }

    /// The same state as another process finds it, or the next one.
    func restarted() throws -> (store: RunStore, notifier: Notifier) {
        let store = try RunStore(at: root.appending("state/runs.db"))
        let other = Notifier(store: store, reports: reports, host: "host1", clock: clock, log: log)
        try other.use(notifier.settings, checklists: [try Self.checklist()], timeZone: paris)
        return (store, other)
    }

    static func settings(
        _ rules: [NoticeRule] = [.usual], channels: [String] = ["ops"], pings: [PingTarget] = []
    ) -> NotificationSettings {
        NotificationSettings(
            channels: channels.map { NoticeChannel(name: $0, means: .command(["/bin/true"])) }, rules: rules,
            pings: pings)
    }

    private static func checklist() throws -> Checklist {
        let tasks = ["backup", "integrity"].map { name in
            TaskDefinition(
                name: name, title: name, plugin: name, with: .object([:]), needs: [],
                timeLimit: TimeSpan(.seconds(60)), retry: .once)
        }
        return Checklist(
            name: "weekly", title: "Weekly maintenance", service: Service(name: "api", title: "API"), schedule: nil,
            timeLimit: TimeSpan(.seconds(60)), tasks: tasks, file: "weekly.yaml")
    }

    /// Begins a run and returns its report as it is then.
    func begin(_ checklist: String = "weekly", trigger: RunTrigger = .schedule) throws -> RunReport {
        var report = RunReport(
            run: try #require(RunIdentifier(rawValue: "wish")), checklist: checklist, title: "Weekly maintenance",
            service: "api", outcome: .unknown, trigger: trigger, nominalTime: trigger == .manual ? nil : clock.now,
            startedAt: clock.now, endedAt: clock.now, timezone: paris.identifier, host: "host1", dryRun: false,
            interruption: nil, tasks: [])
        report.run = try store.begin(report, timeZone: paris)
        return report
    }

    /// A whole run, recorded as the runner does it.
    @discardableResult
    func run(
        _ backup: Outcome, _ integrity: Outcome = .ok, checklist: String = "weekly", trigger: RunTrigger = .schedule,
        only: [String]? = nil
    ) throws -> RunReport {
        var report = try begin(checklist, trigger: trigger)
        clock.advance(60)
        report.endedAt = clock.now
        report.tasks = [("backup", backup), ("integrity", integrity)].filter { only?.contains($0.0) ?? true }
            .map { name, outcome in
                TaskReport(
                    task: name, title: name, plugin: name, outcome: outcome,
                    summary: outcome == .ok ? "all well" : "\(name) found trouble", attempts: 1,
                    startedAt: report.startedAt, endedAt: report.endedAt)
            }
        report.outcome = report.tasks.map(\.outcome).worst
        try end(report)
        return report
    }

    func end(_ report: RunReport) throws {
        try Folder.create(reports.root)
        try reports.store(report, previous: nil)
        try store.end(report)
    }

    /// Enters rows in the ledger as a scheduler does whose firings are all due.
    func enter(_ rows: [FiringRecord]) throws {
        let last = rows.map(\.nominalTime).max() ?? clock.now
        let schedule = WatchedSchedule(checklist: "weekly", rule: "x")
        let entered = try store.enterDue([schedule], now: last, by: "d") { _, _ in
            LedgerEntry(rows, enteredUntil: last)
        }
        #expect(entered?.entered.count == rows.count)
    }

    /// The notices in the queue, oldest first.
    func notices() throws -> [Notice] {
        try store.dispatches().reversed().compactMap { queued in
            if case .notice(let notice) = queued.dispatch.content { notice } else { nil }
        }
    }

    /// Reads the news and returns the subjects of the notices that came of them.
    func told() throws -> [String] {
        let before = try notices().count
        try notifier.keepUp()
        return try notices().dropFirst(before).map(\.subject)
    }

    func pings() throws -> [OutgoingPing] {
        try store.dispatches(state: .waiting).reversed().compactMap { queued in
            if case .ping(let ping) = queued.dispatch.content { ping } else { nil }
        }
    }
}
