import DurableFiles
import GRDBSQLite
package import SystemPackage

/// The room that VACUUM may need on top of the database, at worst.
package struct VacuumSpace: Hashable, Sendable {
    /// Where SQLite builds the new database; nil if no folder can be written.
    package let temporaryFolder: FilePath?
    /// The size of the new database in bytes: what is in use now.
    package let temporaryBytes: Int64
    /// The folder of the database, where its WAL or rollback journal grows.
    package let databaseFolder: FilePath
    /// In bytes: the WAL gets every page of the new database with a frame of its own, the journal every old page.
    package let databaseBytes: Int64
}

/// The effect of a VACUUM.
package struct VacuumReport: Hashable, Codable, Sendable {
    /// The facts when VACUUM began.
    package let before: SQLiteFacts
    /// The facts after VACUUM and checkpoint.
    package let after: SQLiteFacts
    /// Nil unless the database is in WAL mode.
    package let checkpoint: CheckpointResult?
    /// How long no other connection could write; nil unless the connection watches that.
    package let heldUpWriters: Duration?
    /// Including waits for locks.
    package let duration: Duration

    /// How many bytes the database became smaller; negative if it grew.
    package var freedBytes: Int64 { before.databaseBytes - after.databaseBytes }
}

extension SQLiteConnection {
    /// What VACUUM needs at worst; compare it with ``DiskSpace/available(at:)``, adding both if they share a device.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func vacuumSpaceNeeded() throws -> VacuumSpace {
        let facts = try facts()
        let usedPages = Int64(facts.pageCount - facts.freePages)
        let frameHeader: Int64 = 24, walHeader: Int64 = 32
        let wal = usedPages * (Int64(facts.pageSize) + frameHeader) + walHeader
        // A journal holds a page with its number and checksum.
        let journal = Int64(facts.pageCount) * (Int64(facts.pageSize) + 8) + 65_536
        return VacuumSpace(
            temporaryFolder: SQLiteFile.temporaryFolder(), temporaryBytes: usedPages * Int64(facts.pageSize),
            databaseFolder: Folder.parent(of: resolvedPath),
            databaseBytes: facts.journalMode == "wal" ? wal : journal)
    }

    /// Rebuilds the database without its free pages, beside whoever else uses it.
    ///
    /// Writers elsewhere wait meanwhile, in WAL mode readers do not. A WAL database is then still of its old size on
    /// disk until a checkpoint, and its WAL as large as the new database. So a checkpoint follows: `TRUNCATE`, or only
    /// `PASSIVE` where the library has the WAL-reset bug (``SQLiteVersion/hasWALResetBug``): to reset the WAL while the
    /// service commits is just what sets it off, while a passive one does what SQLite does after any large commit.
    /// The result tells how far it came; that it was blocked is no error.
    ///
    /// - Parameters:
    ///   - longestStall: how long other connections may be kept from writing, from the moment the lock is held; nil
    ///     for as long as it takes. It counts only if the connection was opened with `watchingWriters`.
    ///   - isAnybodyWaiting: asked no more than once a second while it writes: whether there is anybody to wait.
    /// - Returns: the facts before and after.
    /// - Throws: ``SQLiteFileError``: `busy` after all of the busy timeout, `heldUpWriters`, `diskFull`, `damaged`,
    ///   `cancelled`, ... The database is unchanged then.
    package func vacuum(
        longestStall: Duration? = nil, isAnybodyWaiting: @escaping () -> Bool = { true }
    ) throws -> VacuumReport {
        let start = ContinuousClock.now
        let before = try facts()
        watch?.limit = longestStall
        watch?.isAnybodyWaiting = isAnybodyWaiting
        defer { watch?.limit = nil }
        do {
            try untilUnlocked { () throws(SQLiteFileError) in try execute("VACUUM", during: "vacuum") }
        } catch {
            finishRollback()
            throw error
        }
        watch?.limit = nil
        let stall = watch?.longest
        // Done: a stop must not turn success into failure. What follows is brief.
        patience.ignoresStops = true
        defer { patience.ignoresStops = false }
        let checkpoint = before.journalMode == "wal" ? try checkpoint(.truncate) : nil
        return VacuumReport(
            before: before, after: try facts(), checkpoint: checkpoint, heldUpWriters: stall, duration: .now - start)
    }

    /// After a write that failed SQLite rolls back only when the database is read next: nobody else should have to.
    private func finishRollback() {
        watch?.limit = nil
        patience.ignoresStops = true
        defer { patience.ignoresStops = false }
        // Where this fails the journal stays, and the next writer rolls back.
        sqlite3_exec(database, "SELECT count(*) FROM sqlite_schema", nil, nil, nil)
    }
}
