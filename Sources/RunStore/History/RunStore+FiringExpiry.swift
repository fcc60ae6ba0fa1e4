package import Foundation
import GRDB
import Maintenance

/// How far the removal of old firings came.
package struct FiringSweep: Hashable, Sendable {
    package let removed: Int
    /// Where to go on; nil at the end.
    package let next: Place?

    /// A place in the order of all firings.
    package struct Place: Hashable, Sendable {
        let nominalTime: Int64
        let checklist: String
    }
}

extension RunStore {
    /// Removes the oldest rows of the ledger; how many there were of each day is kept.
    ///
    /// A firing that is open stays, and so does the newest of each checklist that is not later than `now`: from it on
    /// the schedule is watched.
    ///
    /// - Parameters:
    ///   - cut: only rows before this instant.
    ///   - now: the clock that can be trusted.
    ///   - place: where the sweep before ended.
    ///   - limit: how many rows to look at.
    /// - Returns: how many were removed, and where to go on.
    /// - Throws: ``RunStoreError``; none is removed then.
    package func expireFirings(
        before cut: Date, now: Date, from place: FiringSweep.Place? = nil, limit: Int
    ) throws(RunStoreError) -> FiringSweep {
        try write("remove old firings") { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT checklist, nominal_time, state FROM firing
                    WHERE (nominal_time, checklist) > (?, ?) AND nominal_time < ?
                    ORDER BY nominal_time, checklist LIMIT ?
                    """,
                arguments: [
                    place?.nominalTime ?? Int64.min, place?.checklist ?? "", StoredInstant.encode(min(cut, now)), limit,
                ])
            var removed = 0
            for row in rows where row["state"] != FiringState.running.rawValue {
                if try Self.expire(row, now, database) { removed += 1 }
            }
            let last = rows.last.map { FiringSweep.Place(nominalTime: $0["nominal_time"], checklist: $0["checklist"]) }
            return FiringSweep(removed: removed, next: rows.count < limit ? nil : last)
        }
    }

    private static func expire(_ row: Row, _ now: Date, _ database: Database) throws -> Bool {
        let (checklist, nominal, state): (String, Int64, String) = (row["checklist"], row["nominal_time"], row["state"])
        try database.cachedStatement(
            sql: """
                DELETE FROM firing WHERE checklist = ?1 AND nominal_time = ?2 AND EXISTS (
                SELECT 1 FROM firing WHERE checklist = ?1 AND nominal_time > ?2 AND nominal_time <= ?3)
                """
        ).execute(arguments: [checklist, nominal, StoredInstant.encode(now)])
        guard database.changesCount == 1 else { return false }
        // The trigger took it from the rows of its day.
        let day = nominal / 86_400_000 - (nominal % 86_400_000 < 0 ? 1 : 0)
        try database.cachedStatement(
            sql: "UPDATE firing_day SET removed = removed + 1 WHERE checklist IN (?, '') AND day = ? AND state = ?"
        ).execute(arguments: [checklist, day, state])
        // Should the clock be set back that far, what was removed must not look as if it had never been due.
        try database.cachedStatement(
            sql: "UPDATE schedule SET watched_since = ?1 WHERE checklist = ?2 AND watched_since < ?1"
        ).execute(arguments: [nominal, checklist])
        return true
    }

    /// Removes the counts by day of single checklists where all rows of the day are gone; those of all together stay.
    ///
    /// - Parameters:
    ///   - day: only counts of days before that of this instant.
    ///   - checklist: the last one of the part before; nil for the first.
    ///   - limit: of how many checklists.
    /// - Returns: how many counts were removed, and the last checklist that was looked at; nil at the end.
    /// - Throws: ``RunStoreError``.
    package func expireDayCounts(
        before day: Date, after checklist: String? = nil, limit: Int
    ) throws(RunStoreError) -> (removed: Int, last: String?) {
        try write("remove old counts of firings") { database in
            var (removed, last) = (0, checklist ?? "")
            for _ in 0..<limit {
                guard
                    let next = try String.fetchOne(
                        database,
                        sql: "SELECT checklist FROM firing_day WHERE checklist > ? ORDER BY checklist LIMIT 1",
                        arguments: [last])
                else { return (removed, nil) }
                last = next
                try database.execute(
                    sql: "DELETE FROM firing_day WHERE checklist = ? AND day < ? AND rows = 0",
                    arguments: [last, StoredInstant.encode(day) / 86_400_000])
                removed += database.changesCount
            }
            return (removed, last)
        }
    }
}
