package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Notes that pings can be heard from now on.
    ///
    /// - Returns: the span, to be lengthened while they can.
    /// - Throws: ``RunStoreError``.
    package func beginListening(at now: Date) throws(RunStoreError) -> Int64 {
        try write("note that pings can be heard") { database in
            try database.execute(
                sql: "INSERT INTO listening (since, until) VALUES (?1, ?1)", arguments: [StoredInstant.encode(now)])
            let span = database.lastInsertedRowID
            try database.execute(sql: "DELETE FROM listening WHERE id <= ?", arguments: [span - Self.keptSpans])
            return span
        }
    }

    /// A daemon that starts again and again must not fill the store.
    private static let keptSpans: Int64 = 500

    /// Notes that pings could be heard until now.
    ///
    /// - Returns: false where that cannot be said of the span: the clock was stepped or the machine slept meanwhile, or
    ///   the span is gone. Then a new one begins.
    /// - Throws: ``RunStoreError``.
    package func lengthen(_ span: Int64, to now: Date) throws(RunStoreError) -> Bool {
        try write("note that pings could be heard") { database in
            let instant = StoredInstant.encode(now)
            try database.execute(
                sql: "UPDATE listening SET until = ?1 WHERE id = ?2 AND until BETWEEN ?1 - ?3 AND ?1",
                arguments: [instant, span, Int64(ListeningRecord.patience * 1000)])
            return database.changesCount == 1
        }
    }

    /// When pings could be heard.
    ///
    /// - Parameter now: what lies after it was written by a clock that was ahead.
    /// - Returns: as far back as it is kept.
    /// - Throws: ``RunStoreError``.
    package func listening(now: Date) throws(RunStoreError) -> ListeningRecord {
        let spans = try read("look when pings could be heard") { database in
            try Row.fetchAll(database, sql: "SELECT since, until FROM listening").map { row in
                ListeningRecord.Span(
                    since: StoredInstant.decode(row["since"]), until: StoredInstant.decode(row["until"]))
            }
        }
        return ListeningRecord(spans, now: now)
    }

    /// Writes to the store, only to find out whether that can be done.
    ///
    /// - Throws: ``RunStoreError`` where it cannot.
    package func probe() throws(RunStoreError) {
        try write("write") { database in
            try database.execute(
                sql: "INSERT INTO probe (id, writes) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET writes = writes + 1")
        }
    }
}
