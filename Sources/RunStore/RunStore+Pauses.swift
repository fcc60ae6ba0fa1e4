package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Pauses a checklist; where it is paused already, that pause ends now and this one takes its place.
    ///
    /// - Throws: ``RunStoreError``.
    package func pause(_ pause: PauseRecord) throws(RunStoreError) {
        try write("pause a checklist") { database in
            try Self.resume(pause.checklist, at: pause.since, database)
            try database.execute(
                sql: "INSERT OR REPLACE INTO pause (checklist, since, until, reason) VALUES (?, ?, ?, ?)",
                arguments: [
                    pause.checklist, StoredInstant.encode(pause.since), pause.until.map(StoredInstant.encode),
                    pause.reason,
                ])
        }
    }

    /// Ends the pauses of a checklist that cover an instant.
    ///
    /// - Returns: whether there was one.
    /// - Throws: ``RunStoreError``.
    package func resume(_ checklist: String, at now: Date) throws(RunStoreError) -> Bool {
        try write("resume a checklist") { database in
            let isPaused = try Self.pauses(checklist, database).contains { $0.covers(now) }
            try Self.resume(checklist, at: now, database)
            return isPaused
        }
    }

    private static func resume(_ checklist: String, at now: Date, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE pause SET resumed_at = ?1 WHERE checklist = ?2 AND resumed_at IS NULL",
            arguments: [StoredInstant.encode(now), checklist])
    }

    /// All pauses that there were, of one checklist or of all, oldest first.
    ///
    /// - Throws: ``RunStoreError``.
    package func pauses(checklist: String? = nil) throws(RunStoreError) -> [PauseRecord] {
        try read("look for pauses") { database in try Self.pauses(checklist, database) }
    }

    private static func pauses(_ checklist: String?, _ database: Database) throws -> [PauseRecord] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM pause WHERE ?1 IS NULL OR checklist = ?1 ORDER BY since, checklist",
            arguments: [checklist]
        ).map { row in
            let until: Int64? = row["until"]
            let resumed: Int64? = row["resumed_at"]
            return PauseRecord(
                checklist: row["checklist"], reason: row["reason"], since: StoredInstant.decode(row["since"]),
                until: until.map(StoredInstant.decode), resumedAt: resumed.map(StoredInstant.decode))
        }
    }
}
