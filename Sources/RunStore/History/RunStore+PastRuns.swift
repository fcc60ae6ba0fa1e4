import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// A part of the runs, the newest or the oldest first.
    ///
    /// - Parameters:
    ///   - position: where the part before this one ended; nil for the first.
    ///   - oldestFirst: in which direction.
    ///   - limit: how many.
    /// - Returns: the runs, in that direction.
    /// - Throws: ``RunStoreError``.
    package func pastRuns(
        beyond position: RunPosition? = nil, oldestFirst: Bool = false, limit: Int
    ) throws(RunStoreError) -> [PastRun] {
        let (sign, order) = oldestFirst ? (">", "ASC") : ("<", "DESC")
        var arguments: StatementArguments = []
        if let position { arguments += [StoredInstant.encode(position.startedAt), position.run.rawValue] }
        return try read("look through the history of runs") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Self.pastColumns) FROM run \(position == nil ? "" : "WHERE (started_at, id) \(sign) (?, ?)")
                    ORDER BY started_at \(order), id \(order) LIMIT ?
                    """, arguments: arguments + [limit]
            ).compactMap(Self.pastRun)
        }
    }

    /// Of each checklist the newest run that ended, and the newest of each good and bad outcome, in no order.
    ///
    /// Those that stay whatever the rules of history say are among them.
    ///
    /// - Throws: ``RunStoreError``.
    package func landmarks() throws(RunStoreError) -> [PastRun] {
        try read("look for the newest runs") { database in
            let checklists = try String.fetchAll(database, sql: "SELECT checklist FROM run_total WHERE runs > 0")
            var found: [PastRun] = []
            for checklist in checklists {
                let newest = try Row.fetchOne(database.cachedStatement(sql: Self.newestSQL), arguments: [checklist])
                if let run = newest.flatMap(Self.pastRun) { found.append(run) }
                for outcome in [Outcome.ok, .warning, .critical, .unknown] {
                    let row = try Row.fetchOne(
                        database.cachedStatement(sql: Self.newestOfOutcomeSQL),
                        arguments: [checklist, outcome.rawValue])
                    if let run = row.flatMap(Self.pastRun) { found.append(run) }
                }
            }
            return found
        }
    }

    /// Runs that a person or a signature holds.
    ///
    /// - Parameters:
    ///   - run: the last of the part before; nil for the first.
    ///   - limit: how many.
    /// - Returns: the runs, in the order of their names.
    /// - Throws: ``RunStoreError``.
    package func protectedRuns(after run: RunIdentifier? = nil, limit: Int) throws(RunStoreError) -> [PastRun] {
        try read("look for runs that are held") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Self.pastColumns) FROM run WHERE kept_because IS NOT NULL AND id > ? ORDER BY id LIMIT ?
                    """, arguments: [run?.rawValue ?? "", limit]
            ).compactMap(Self.pastRun)
        }
    }

    /// Holds a run, so that its report stays whatever the rules of history say, or lets it go.
    ///
    /// - Parameters:
    ///   - run: which run.
    ///   - reason: why, as in "it is signed"; nil lets it go.
    /// - Returns: whether there is such a run.
    /// - Throws: ``RunStoreError``.
    @discardableResult
    package func protect(_ run: RunIdentifier, because reason: String?) throws(RunStoreError) -> Bool {
        try write("hold a run") { database in
            try database.execute(
                sql: "UPDATE run SET kept_because = ? WHERE id = ?", arguments: [reason, run.rawValue])
            return database.changesCount == 1
        }
    }

    private static let pastColumns = "id, checklist, started_at, ended_at, outcome, bytes, dry_run, kept_because"
    private static let newestSQL = """
        SELECT \(pastColumns) FROM run WHERE checklist = ? AND ended_at IS NOT NULL
        ORDER BY started_at DESC, id DESC LIMIT 1
        """
    /// By itself SQLite would go through all runs of a checklist for an outcome that none of them has.
    private static let newestOfOutcomeSQL = """
        SELECT \(pastColumns) FROM run INDEXED BY run_by_outcome
        WHERE checklist = ? AND outcome = ? AND ended_at IS NOT NULL
        AND (dry_run IS NULL OR dry_run = 0) ORDER BY started_at DESC, id DESC LIMIT 1
        """

    private static func pastRun(_ row: Row) -> PastRun? {
        guard let run = RunIdentifier(rawValue: row["id"]) else { return nil }
        let (ended, outcome, bytes, dry): (Int64?, String?, Int?, Bool?) =
            (row["ended_at"], row["outcome"], row["bytes"], row["dry_run"])
        return PastRun(
            run: run, checklist: row["checklist"], startedAt: StoredInstant.decode(row["started_at"]),
            bytes: bytes ?? 0, outcome: ended == nil ? nil : outcome.flatMap(Outcome.init(rawValue:)) ?? .unknown,
            isDryRun: dry ?? false, protection: row["kept_because"])
    }
}
