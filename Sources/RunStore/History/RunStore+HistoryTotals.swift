package import Foundation
import GRDB
import Maintenance

/// How much history there is.
package struct HistoryTotals: Hashable, Sendable {
    /// The runs of one checklist.
    package struct OfChecklist: Hashable, Sendable {
        package let checklist: String
        package let runs: Int
        /// The room that their reports take.
        package let bytes: Int
        /// How many were removed by the rules of history, and the start of the newest of them.
        package let expiredRuns: Int
        package let expiredBytes: Int
        package let expiredUntil: Date?
    }

    /// By name.
    package let checklists: [OfChecklist]
    package let oldestRun: Date?
    package let firings: Int
    /// Firings whose rows were removed, and of which only the day is known.
    package let removedFirings: Int
    package let oldestFiring: Date?

    package var runs: Int { checklists.reduce(0) { $0 + $1.runs } }
    package var bytes: Int { checklists.reduce(0) { $0 + $1.bytes } }
}

extension RunStore {
    /// Counts that the store keeps: quick however long the history is.
    ///
    /// - Throws: ``RunStoreError``.
    package func historyTotals() throws(RunStoreError) -> HistoryTotals {
        try read("count the history") { database in
            let firings = try Row.fetchOne(
                database, sql: "SELECT sum(rows) AS rows, sum(removed) AS removed FROM firing_day WHERE checklist = ''")
            let (rows, removed): (Int?, Int?) = (firings?["rows"], firings?["removed"])
            return HistoryTotals(
                checklists: try Row.fetchAll(database, sql: "SELECT * FROM run_total ORDER BY checklist").map(
                    Self.total),
                oldestRun: try Self.oldest("SELECT started_at FROM run ORDER BY started_at LIMIT 1", database),
                firings: rows ?? 0, removedFirings: removed ?? 0,
                oldestFiring: try Self.oldest(
                    "SELECT nominal_time FROM firing ORDER BY nominal_time LIMIT 1", database))
        }
    }

    /// What the rules of history removed of a checklist; nil where nothing is known of it.
    ///
    /// - Throws: ``RunStoreError``.
    package func historyTotal(of checklist: String) throws(RunStoreError) -> HistoryTotals.OfChecklist? {
        try read("count the history") { database in
            try Row.fetchOne(database, sql: "SELECT * FROM run_total WHERE checklist = ?", arguments: [checklist])
                .map(Self.total)
        }
    }

    /// How many rows the ledger has of the days, in UTC, that ended before an instant.
    ///
    /// - Throws: ``RunStoreError``.
    package func firingRows(before instant: Date) throws(RunStoreError) -> Int {
        try read("count the ledger") { database in
            let day = StoredInstant.encode(instant) / 86_400_000
            return try Int.fetchOne(
                database, sql: "SELECT sum(rows) FROM firing_day WHERE checklist = '' AND day < ?", arguments: [day])
                ?? 0
        }
    }

    private static func total(_ row: Row) -> HistoryTotals.OfChecklist {
        let until: Int64? = row["expired_until"]
        return HistoryTotals.OfChecklist(
            checklist: row["checklist"], runs: row["runs"], bytes: row["bytes"], expiredRuns: row["expired_runs"],
            expiredBytes: row["expired_bytes"], expiredUntil: until.map(StoredInstant.decode))
    }

    private static func oldest(_ sql: String, _ database: Database) throws -> Date? {
        try Int64.fetchOne(database, sql: sql).map(StoredInstant.decode)
    }
}
