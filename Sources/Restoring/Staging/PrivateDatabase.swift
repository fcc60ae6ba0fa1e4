import DurableFiles
import GRDBSQLite
import SystemPackage

/// A database that Ronde has for itself alone: a staged file that nobody else knows, or the service's under SQLite's
/// exclusive lock.
///
/// No other descriptor of the file may be closed in this process meanwhile: that would drop SQLite's locks.
final class PrivateDatabase {
    private let path: FilePath
    private var handle: OpaquePointer?

    private init(_ path: FilePath) { self.path = path }

    deinit { close() }

    /// Opens a database, rolls back what an interrupted write left, and keeps everybody else out until ``close()``.
    ///
    /// In WAL mode the lock is that of `locking_mode=EXCLUSIVE`, in which readers are kept out too and which nobody
    /// gets while another connection is open; else that of `BEGIN EXCLUSIVE`.
    ///
    /// `patience` is how long to wait for the locks of others, in milliseconds.
    ///
    /// - Throws: ``RestoreError/inUse(_:reason:)`` where it is locked; `SQLiteFailure` for all else.
    static func take(_ path: FilePath, patience: Int32 = 2_000) throws -> PrivateDatabase {
        let database = PrivateDatabase(path)
        // The mode first: once the WAL was read without it, it would no longer lock others out.
        try database.open(patience: patience, first: "PRAGMA locking_mode=EXCLUSIVE")
        // The first read rolls back a journal, or opens the WAL and with that takes the lock.
        _ = try database.text("PRAGMA schema_version")
        if try !database.isWAL { try database.run("BEGIN EXCLUSIVE") }
        return database
    }

    /// Opens a database as a service would, for `body`, and closes it, which leaves the main file alone.
    static func open(_ path: FilePath, _ body: (PrivateDatabase) throws -> Void) throws {
        let database = PrivateDatabase(path)
        try database.open(patience: 0)
        _ = try database.text("PRAGMA schema_version")
        try body(database)
        database.close()
    }

    var isWAL: Bool { get throws { try text("PRAGMA journal_mode") == "wal" } }

    /// Puts all content of the WAL into the main file and removes what lies beside it.
    ///
    /// The main file is then the whole database. Only with the lock held does an empty WAL stay empty, and is a journal
    /// one of which nothing is needed.
    func settle() throws {
        if try isWAL {
            let isBlocked = try text("PRAGMA wal_checkpoint(TRUNCATE)") != "0"
            let rest = try FileStamp.of(path.adding("-wal"))?.bytes ?? 0
            guard !isBlocked, rest == 0 else {
                throw RestoreError.inUse(path, reason: "its WAL could not be written back into it")
            }
        }
        for ending in DatabaseFiles.sidecars + [DatabaseFiles.index] {
            let sidecar = path.adding(ending)
            if try FileStamp.of(sidecar) != nil { try DurableFile.remove(sidecar) }
        }
    }

    /// Says in the header how a service is to write, which SQLite calls a persistent journal mode.
    func setWAL(_ isWAL: Bool) throws {
        let wanted = isWAL ? "wal" : "delete"
        let got = try text("PRAGMA journal_mode=\(wanted)")
        guard got == wanted else {
            throw SQLiteFailure(path: path, message: "its journal mode stays \(got) instead of \(wanted)")
        }
    }

    /// Lets others in again.
    func close() {
        // Statements are finalised by `text`, so this cannot fail. Where the path leads to another file by now, SQLite
        // neither checkpoints nor removes what lies beside that one (SQLITE_FCNTL_HAS_MOVED).
        sqlite3_close_v2(handle)
        handle = nil
    }

    private func open(patience: Int32, first pragma: String = "PRAGMA mmap_size=0") throws {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        try check(path.withPlatformString { sqlite3_open_v2($0, &handle, flags, nil) })
        sqlite3_busy_timeout(handle, patience)
        try run(pragma)
        for pragma in ["mmap_size=0", "trusted_schema=OFF", "synchronous=FULL"] { try run("PRAGMA \(pragma)") }
    }

    private func run(_ sql: String) throws { try check(sqlite3_exec(handle, sql, nil, nil, nil)) }

    /// The first column of the first row.
    private func text(_ sql: String) throws -> String {
        var statement: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, sql, -1, &statement, nil))
        defer { sqlite3_finalize(statement) }
        let code = sqlite3_step(statement)
        guard code == SQLITE_ROW || code == SQLITE_DONE else {
            try check(code)
            return ""
        }
        return sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? ""
    }

    private func check(_ code: Int32) throws {
        guard code != SQLITE_OK else { return }
        let words = (handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)).map { String(cString: $0) } ?? ""
        if [SQLITE_BUSY, SQLITE_LOCKED].contains(code & 0xff) {
            throw RestoreError.inUse(path, reason: "another connection holds its lock")
        }
        throw SQLiteFailure(path: path, message: "\(words) (SQLite code \(code))")
    }
}

/// What SQLite refused to do with a database that Ronde has for itself.
struct SQLiteFailure: Error, Hashable, CustomStringConvertible {
    let path: FilePath
    let message: String

    var description: String { "\(path): \(message)" }
}
