import Foundation
import GRDB

/// The room that the state database takes.
package struct StoreRoom: Hashable, Sendable {
    package let pageBytes: Int
    package let pages: Int
    /// Pages that hold nothing; new rows are written to them first.
    package let freePages: Int
    /// Whether free pages at the end can be given back to the disk a few at a time.
    package let isIncremental: Bool

    /// What the rows take.
    package var usedBytes: Int { (pages - freePages) * pageBytes }
    /// What the file takes.
    package var fileBytes: Int { pages * pageBytes }
    package var freeBytes: Int { freePages * pageBytes }
}

extension RunStore {
    /// - Throws: ``RunStoreError``.
    package func room() throws(RunStoreError) -> StoreRoom {
        try read("measure the state database") { database in
            func number(_ pragma: String) throws -> Int {
                try Int.fetchOne(database, sql: "PRAGMA \(pragma)") ?? 0
            }
            return StoreRoom(
                pageBytes: try number("page_size"), pages: try number("page_count"),
                freePages: try number("freelist_count"), isIncremental: try number("auto_vacuum") == 2)
        }
    }

    /// Gives free pages back to the disk, in a transaction of its own.
    ///
    /// - Parameter pages: how many at most.
    /// - Throws: ``RunStoreError``.
    package func giveBack(pages: Int) throws(RunStoreError) {
        // Each step of the statement moves one page: it must be read to its end.
        try write("shrink the state database") { database in
            let rows = try Row.fetchCursor(database, sql: "PRAGMA incremental_vacuum(\(max(pages, 1)))")
            while try rows.next() != nil {}
        }
    }

    /// Writes the whole database anew, without free pages and so that from now on it can shrink a few pages at a time.
    ///
    /// Whoever writes waits meanwhile: some 10 ms for each megabyte of rows.
    ///
    /// - Throws: ``RunStoreError``; the database is as it was then.
    package func compact() throws(RunStoreError) {
        try aside("compact the state database") { database in
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            try database.execute(sql: "VACUUM")
        }
    }

    /// Lets the write-ahead log shrink to four megabytes when it is begun anew, and moves what it holds to the
    /// database.
    ///
    /// Nobody is made to wait: to empty the log while others commit is what sets off a bug of SQLite before 3.51.3
    /// (sqlite.org/wal.html#walresetbug).
    ///
    /// - Throws: ``RunStoreError``.
    package func shortenLog() throws(RunStoreError) {
        try aside("shorten the log of the state database") { database in
            try database.execute(sql: "PRAGMA journal_size_limit = 4194304")
            _ = try database.checkpoint(.passive)
        }
    }

    /// Runs what cannot be part of a transaction.
    private func aside(_ operation: String, _ body: (Database) throws -> Void) throws(RunStoreError) {
        do {
            try pool.writeWithoutTransaction(body)
        } catch let error as DatabaseError {
            throw RunStoreError(operation, path, error)
        } catch {
            throw RunStoreError(operation, path, other: error)
        }
    }
}
