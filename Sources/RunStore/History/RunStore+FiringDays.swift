package import Foundation
import GRDB
package import Maintenance

/// How the firings of one day ended.
package struct FiringDay: Hashable, Sendable {
    /// Midnight, UTC, at which the day begins.
    package let start: Date
    package let counts: [FiringState: Int]
}

extension RunStore {
    /// How many firings of each state there were, those included whose rows were removed for their age.
    ///
    /// Of removed rows only the day is known, in UTC: they count where all of that day is between the two instants.
    ///
    /// - Parameters:
    ///   - checklist: whose firings; nil for all.
    ///   - from: the first instant that is meant.
    ///   - until: the first instant that is meant no more.
    /// - Returns: the states that there were any of.
    /// - Throws: ``RunStoreError``.
    package func firingCounts(
        checklist: String? = nil, from: Date? = nil, until: Date? = nil
    ) throws(RunStoreError) -> [FiringState: Int] {
        let range = InstantRange(from, until)
        return try read("count the ledger") { database in
            var counts: [FiringState: Int] = [:]
            let days = range.days
            for part in range.edges {
                for state in FiringState.allCases {
                    counts[state, default: 0] += try Self.count(checklist, state, part, database)
                }
            }
            if !days.isEmpty {
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT state, sum(rows + removed) AS firings FROM firing_day
                        WHERE checklist = ? AND day >= ? AND day < ? GROUP BY state
                        """, arguments: [checklist ?? "", days.lowerBound, days.upperBound])
                for row in rows {
                    if let state = FiringState(rawValue: row["state"]) { counts[state, default: 0] += row["firings"] }
                }
            }
            return counts.filter { $0.value != 0 }
        }
    }

    /// The firings of each day that had some, oldest first; parameters as in ``firingCounts(checklist:from:until:)``.
    ///
    /// Days are those of UTC, and count if they begin between the two instants.
    ///
    /// - Throws: ``RunStoreError``.
    package func firingDays(
        checklist: String? = nil, from: Date? = nil, until: Date? = nil
    ) throws(RunStoreError) -> [FiringDay] {
        let days = InstantRange(from, until).firstDays
        return try read("count the ledger by days") { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT day, state, rows + removed AS firings FROM firing_day
                    WHERE checklist = ? AND day >= ? AND day < ? AND rows + removed > 0 ORDER BY day
                    """, arguments: [checklist ?? "", days.lowerBound, days.upperBound])
            var found: [(day: Int64, counts: [FiringState: Int])] = []
            for row in rows {
                guard let state = FiringState(rawValue: row["state"]) else { continue }
                if found.last?.day != row["day"] { found.append((row["day"], [:])) }
                found[found.count - 1].counts[state] = row["firings"]
            }
            return found.map {
                FiringDay(start: StoredInstant.decode($0.day * InstantRange.dayLength), counts: $0.counts)
            }
        }
    }

    /// Counted within an index; SQLite would else look at each row.
    private static func count(
        _ checklist: String?, _ state: FiringState, _ range: Range<Int64>, _ database: Database
    ) throws -> Int {
        let index = checklist == nil ? "firing_by_state" : "firing_by_checklist_and_state"
        let owner = checklist == nil ? "" : "checklist = ? AND"
        let sql = """
            SELECT count(*) FROM firing INDEXED BY \(index)
            WHERE \(owner) state = ? AND nominal_time >= ? AND nominal_time < ?
            """
        let own: StatementArguments = checklist.map { [$0] } ?? []
        return try Int.fetchOne(
            database, sql: sql, arguments: own + [state.rawValue, range.lowerBound, range.upperBound]) ?? 0
    }
}

/// A stretch of time as whole days, and what is before and after them.
private struct InstantRange {
    /// In milliseconds.
    static let dayLength: Int64 = 86_400_000

    let whole: Range<Int64>

    init(_ from: Date?, _ until: Date?) {
        // Some 280,000 years either way, so that nothing overflows.
        let lower = from.map(StoredInstant.encode) ?? -9_000_000_000_000_000
        let upper = until.map(StoredInstant.encode) ?? 9_000_000_000_000_000
        whole = lower..<max(lower, upper)
    }

    /// The days of which all is within.
    var days: Range<Int64> {
        let first = Self.roundedUp(whole.lowerBound)
        return first..<max(first, Self.roundedDown(whole.upperBound))
    }

    /// The days that begin within.
    var firstDays: Range<Int64> {
        let first = Self.roundedUp(whole.lowerBound)
        return first..<max(first, Self.roundedUp(whole.upperBound))
    }

    /// What is within and in none of ``days``.
    var edges: [Range<Int64>] {
        let days = days
        if days.isEmpty { return whole.isEmpty ? [] : [whole] }
        let before = whole.lowerBound..<(days.lowerBound * Self.dayLength)
        let after = (days.upperBound * Self.dayLength)..<whole.upperBound
        return [before, after].filter { !$0.isEmpty }
    }

    private static func roundedDown(_ instant: Int64) -> Int64 {
        let rest = instant % dayLength
        return instant / dayLength - (rest < 0 ? 1 : 0)
    }

    private static func roundedUp(_ instant: Int64) -> Int64 {
        let day = roundedDown(instant)
        return day * dayLength < instant ? day + 1 : day
    }
}
