import DurableFiles
import Foundation
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
        try store.tend([Self.schedule(checklist)], now: now) { _ in true }.cursors[checklist]?.enteredUntil
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
