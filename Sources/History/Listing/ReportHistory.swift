package import Foundation
package import Maintenance
package import Reports
package import RunStore

/// The reports there are, by what the store knows of them: quick however many there are.
///
/// Of the report folders only those are looked at that are shown. Until stock was taken once
/// (``History/takeFirstStock(at:progress:)``) the store may not know of all, and every folder is looked at instead.
package struct ReportHistory: Sendable {
    private let store: RunStore?
    private let reports: ReportFolder

    /// - Parameters:
    ///   - store: what is known of the runs; nil where it cannot be opened, and every folder is looked at.
    ///   - reports: the folder of reports.
    package init(store: RunStore?, reports: ReportFolder) {
        self.store = store
        self.reports = reports
    }

    /// The store, once it knows of all reports.
    private func whole() throws -> RunStore? {
        guard let store, try store.note(.stock) != nil else { return nil }
        return store
    }

    /// The newest runs that have ended, in one line each.
    ///
    /// - Parameters:
    ///   - checklist: the only one wanted; nil for all.
    ///   - position: only runs before this one, as for the next page.
    ///   - limit: how many.
    /// - Returns: the summaries, newest first. A run whose report is gone is listed, and a problem says so.
    /// - Throws: `RunStoreError`, `ReportError`.
    package func list(
        checklist: String? = nil, before position: RunPosition? = nil, limit: Int
    ) throws -> ReportSearch<[ReportSummary]> {
        guard let store = try whole() else { return try reports.summaries(of: checklist, limit: limit) }
        var search = ReportSearch<[ReportSummary]>([], problems: [])
        for row in try store.runs(checklist: checklist, before: position, hasEnded: true, limit: limit) {
            let isThere = try reports.has(row.run)
            if !isThere { search.problems.append(ReportProblem(missing: row.run, in: reports)) }
            if let summary = ReportSummary(row) {
                search.found.append(summary)
            } else if isThere, let report = search.read(row.run, in: reports) {
                search.found.append(ReportSummary(of: report))
            }
        }
        return search
    }

    /// The newest run that has a report.
    ///
    /// - Parameter checklist: of which; nil for any.
    /// - Returns: nil where there is none.
    /// - Throws: `RunStoreError`, `ReportError`.
    package func newest(of checklist: String? = nil) throws -> RunIdentifier? {
        guard let store = try whole() else {
            return try reports.summaries(of: checklist, limit: 1).found.first?.run
        }
        return try first(store, checklist) { rows in try rows.first { try reports.has($0.run) }?.run }
    }

    /// The run that a report is compared with: of the same checklist, the newest that began before it and can be read.
    ///
    /// A dry run is compared with dry runs, any other with runs that did something. `report` need not be stored itself.
    ///
    /// - Throws: `RunStoreError`, `ReportError`; a report that cannot be read is a problem.
    package func previous(to report: RunReport) throws -> ReportSearch<RunReport?> {
        guard let store = try whole() else { return try reports.previous(to: report) }
        var problems: [ReportProblem] = []
        let start = RunPosition(startedAt: report.startedAt, run: report.run)
        let found = try first(store, report.checklist, before: start) { rows -> RunReport? in
            let wanted = rows.filter { $0.digest?.isDryRun ?? report.dryRun == report.dryRun }
            let search = reports.first(of: wanted.map(\.run), toCompareWith: report)
            problems += search.problems
            return search.found
        }
        return ReportSearch(found, problems: problems)
    }

    /// Why there is no report of this name, where the rules of history are why; else nil.
    ///
    /// - Parameters:
    ///   - name: a run, as people typed it.
    ///   - zone: the zone of the date in the answer.
    /// - Returns: a sentence.
    /// - Throws: `RunStoreError`.
    package func removal(of name: String, in zone: TimeZone) throws -> String? {
        guard let run = RunIdentifier(rawValue: name), let parts = StoredRun(run),
            let total = try store?.historyTotal(of: parts.checklist), let until = total.expiredUntil,
            // The time in a name is local, by whatever zone it was then.
            parts.wallTime < until + 86_400
        else { return nil }
        let date = InstantText.format(until, in: zone).prefix(10)
        return "reports of '\(parts.checklist)' up to \(date) were removed, as 'history:' in ronde.yaml says;"
            + " \(total.expiredRuns) in all"
    }

    /// Goes through runs that have ended, part by part, until something is found.
    private func first<Found>(
        _ store: RunStore, _ checklist: String?, before position: RunPosition? = nil,
        _ find: ([RunStore.RunRow]) throws -> Found?
    ) throws -> Found? {
        var position = position
        while case let rows = try store.runs(checklist: checklist, before: position, hasEnded: true, limit: 50),
            let last = rows.last
        {
            if let found = try find(rows) { return found }
            position = last.position
        }
        return nil
    }
}

extension ReportSummary {
    /// Nil where the store does not know enough of the report.
    fileprivate init?(_ row: RunStore.RunRow) {
        guard let digest = row.digest, let ended = row.endedAt, let outcome = row.outcome else { return nil }
        self.init(
            run: row.run, checklist: row.checklist, startedAt: row.startedAt,
            seconds: ended.timeIntervalSince(row.startedAt), outcome: outcome, counts: digest.taskCounts,
            timezone: digest.timezone)
    }
}

extension History {
    /// The reports there are.
    package var listing: ReportHistory { ReportHistory(store: store, reports: reports) }
}
