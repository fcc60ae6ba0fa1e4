package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// The ledger between two instants: the newest rows, up to a number, in the order of nominal times.
    ///
    /// - Parameters:
    ///   - checklist: whose firings; nil for all.
    ///   - state: only those of one state; nil for all.
    ///   - from: the first instant that is meant.
    ///   - until: the first instant that is meant no more.
    ///   - limit: how many rows.
    /// - Returns: the rows.
    /// - Throws: ``RunStoreError``.
    package func firings(
        checklist: String? = nil, state: FiringState? = nil, from: Date? = nil, until: Date? = nil,
        limit: Int = 100_000
    ) throws(RunStoreError) -> [FiringRecord] {
        let (filter, arguments) = Self.filter(checklist, state, from, until)
        // By itself SQLite would go through all rows of the checklist for a state that few of them have.
        let index = checklist != nil && state != nil ? "INDEXED BY firing_by_checklist_and_state" : ""
        return try read("read the ledger") { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM firing \(index) WHERE \(filter) ORDER BY nominal_time DESC, checklist DESC LIMIT ?",
                arguments: arguments + [limit]
            ).compactMap(Self.firing).reversed()
        }
    }

    /// Only the conditions that are wanted: then SQLite finds the index for them.
    private static func filter(
        _ checklist: String?, _ state: FiringState?, _ from: Date?, _ until: Date?
    ) -> (sql: String, StatementArguments) {
        var conditions = ["nominal_time >= ?", "nominal_time < ?"]
        var arguments: StatementArguments = [
            from.map(StoredInstant.encode) ?? Int64.min, until.map(StoredInstant.encode) ?? Int64.max,
        ]
        if let checklist {
            conditions.append("checklist = ?")
            arguments += [checklist]
        }
        if let state {
            conditions.append("state = ?")
            arguments += [state.rawValue]
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    static func firing(_ row: Row) -> FiringRecord? {
        guard let state = FiringState(rawValue: row["state"]) else { return nil }
        let run: String? = row["run"]
        return FiringRecord(
            checklist: row["checklist"], nominalTime: StoredInstant.decode(row["nominal_time"]), state: state,
            reason: row["reason"], run: run.flatMap(RunIdentifier.init(rawValue:)))
    }
}
