import DurableFiles
import Foundation
import GRDB
import History
import Maintenance
import Reports
import RunStore
import SystemPackage

/// A clock that stands where it was set.
struct StandingClock: WallClock {
    let now: Date
    func sleep(until deadline: Date) async throws {}
}

struct Missing: Error {}

let day: TimeInterval = 86_400
let today = Date(timeIntervalSince1970: 1_800_000_000)

/// A store and a folder of reports, removed at the end.
final class Scene: Sendable {
    let root: FilePath
    let store: RunStore
    let reports: ReportFolder

    init() throws {
        root = FilePath(NSTemporaryDirectory()).appending("ronde-history-\(UUID().uuidString)")
        store = try RunStore(at: root.appending("state/runs.db"))
        reports = ReportFolder(root: root.appending("reports"))
    }

    deinit {
        // What a failing test leaves behind is in the temporary folder.
        try? Folder.removeTree(root)
    }

    func history(_ rules: HistoryRules = .usual) -> History {
        History(store: store, reports: reports, rules: rules, rest: { _ in })
    }

    var listing: ReportHistory { ReportHistory(store: store, reports: reports) }

    /// Applies the rules, and fails where that was not done.
    @discardableResult
    func apply(
        _ rules: HistoryRules = .usual, at now: Date = today, confirmsClock: Bool = true,
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) async throws -> HistoryResult {
        let outcome = try await history(rules).apply(
            clock: StandingClock(now: now), whenDue: false, confirmsClock: confirmsClock, shouldStop: shouldStop)
        guard case .applied(let result) = outcome else { throw Missing() }
        return result
    }

    /// A run so many days ago that has ended, with its report.
    @discardableResult
    func run(
        _ checklist: String = "daily", daysAgo: Double, _ outcome: Outcome = .ok, dryRun: Bool = false,
        padding: Int = 0
    ) throws -> RunIdentifier {
        var report = try Self.report(checklist, at: today - daysAgo * day, outcome, dryRun: dryRun)
        report.run = try store.begin(report, timeZone: .gmt)
        if padding > 0 { report.tasks[0].summary = String(repeating: "x", count: padding) }
        try reports.store(report, previous: nil)
        try store.end(report, bytes: try reports.bytes(of: report.run))
        return report.run
    }

    static func report(
        _ checklist: String, at start: Date, _ outcome: Outcome = .ok, dryRun: Bool = false
    ) throws -> RunReport {
        let task = TaskReport(
            task: "t", title: "T", plugin: "p", outcome: outcome, summary: "done", attempts: 1, startedAt: start,
            endedAt: start + 1)
        guard let run = RunIdentifier(checklist: checklist, start: start, timeZone: .gmt) else { throw Missing() }
        return RunReport(
            run: run, checklist: checklist, title: "T",
            service: "api", outcome: outcome, trigger: .manual, nominalTime: nil, startedAt: start, endedAt: start + 2,
            timezone: "GMT", host: "h", dryRun: dryRun, interruption: nil, tasks: [task])
    }

    /// The names of the runs in the store, newest first.
    func runs() throws -> [String] { try store.runs(limit: 100_000).map(\.run.rawValue) }

    /// The names in the folder of reports, hidden ones too.
    func folders() throws -> [String] { try Folder.entries(of: reports.root) }

    func firing(_ checklist: String = "daily", daysAgo: Double, _ state: FiringState = .ran) throws {
        let record = FiringRecord(
            checklist: checklist, nominalTime: today - daysAgo * day, state: state, reason: nil, run: nil)
        _ = try store.enterDue([Self.schedule(checklist)], now: today, by: "a") { _, _ in
            LedgerEntry([record], enteredUntil: today)
        }
    }

    static func schedule(_ checklist: String) -> WatchedSchedule { WatchedSchedule(checklist: checklist, rule: "x") }

    /// Up to when the firings of a checklist are entered, for a daemon whose clock says `now`.
    func enteredUntil(_ checklist: String, now: Date) throws -> Date? {
        try store.tend([Self.schedule(checklist)], now: now, by: "me") { _ in true }.cursors[checklist]?.enteredUntil
    }
}

extension HistoryRules {
    /// Rules that remove only what a test is about.
    static func only(
        days: Int = 36_500, failedDays: Int? = nil, runs: Int = 1_000_000, bytes: Int = 1 << 50,
        ledgerDays: Int = 36_500, stateBytes: Int = 1 << 50
    ) -> HistoryRules {
        HistoryRules(
            days: days, failedDays: failedDays ?? days, runs: runs, bytes: bytes, ledgerDays: ledgerDays,
            stateBytes: stateBytes)
    }
}

extension Scene {
    func write(_ sql: String) throws {
        let queue = try DatabaseQueue(path: store.path.string)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// Rows without reports, over three years.
    func fill(runs: Int, firings: Int) throws {
        let start = Int64((today - 1_100 * day).timeIntervalSince1970 * 1000)
        let length = Int64(1_099 * day * 1000)
        let queue = try DatabaseQueue(path: store.path.string)
        try queue.write { database in
            try database.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
                    INSERT INTO run (id, checklist, trigger, started_at, ended_at, outcome, header, dry_run, timezone,
                    task_counts, bytes) SELECT 'list' || (i % 7) || '-' || i, 'list' || (i % 7), 'schedule',
                    ?2 + i * ?3 / ?1, ?2 + i * ?3 / ?1 + 1000, 'ok', '', 0, 'GMT', '{"ok":1}', 0 FROM n
                    """, arguments: [runs, start, length])
            try database.execute(
                sql: """
                    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
                    INSERT INTO firing SELECT 'list' || (i % 7), ?2 + i * ?3 / ?1, 'ran', NULL, 'list-' || i, 0, 'x'
                    FROM n
                    """, arguments: [firings, start, length])
        }
        try queue.close()
    }
}
