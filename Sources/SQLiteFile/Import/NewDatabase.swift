import DurableFiles
import GRDBSQLite
import Glibc
import SystemPackage

/// A database being built under a temporary name: it gets its own once it is checked, or leaves nothing.
final class NewDatabase {
    /// What is to stay free on the disk, so that a full one does not stop the service.
    private static let reserve = 64 << 20
    private static let pageSize = 4096

    let path: FilePath
    let database: OpaquePointer
    let imports = ImportGuard()
    private let patience: Patience
    private var isClosed = false
    private var file: TemporaryFile?
    private let builtPath: FilePath

    /// - Throws: ``ImportError``, `FileError`.
    init(creating path: FilePath, limits: ImportLimits) throws {
        guard try FileFacts.of(path, followingLinks: false) == nil else {
            throw ImportError(.alreadyExists, at: path, "there is a file of this name already; name another one")
        }
        let folder = Folder.parent(of: path)
        let room = Int64(try DiskSpace.available(at: folder).availableBytes - Self.reserve)
        let largest = min(limits.largestDatabase ?? .max, room)
        guard largest > Self.pageSize else {
            throw ImportError(
                .diskFull, at: path,
                "no room for a new database: \(room + Int64(Self.reserve)) bytes are free on its disk, of which"
                    + " \(Self.reserve) are to stay free; free space or choose another folder")
        }
        // What killed imports left there; where it cannot be removed it is not in the way either.
        _ = try? TemporaryFile.removeLeftovers(in: folder)
        let temporary = try TemporaryFile.create(beside: path, permissions: .ownerReadWrite)
        let builtPath = temporary.path
        self.path = path
        self.builtPath = builtPath
        patience = Patience(busyTimeout: .zero, deadline: limits.deadline)
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        let code = builtPath.withPlatformString { sqlite3_open_v2($0, &handle, flags, nil) }
        guard code == SQLITE_OK, let handle else {
            sqlite3_close_v2(handle)
            throw ImportError(.failed, at: path, "SQLite cannot open a new file there (code \(code))")
        }
        database = handle
        file = consume temporary
        try configure(limits, largest: largest)
    }

    private func configure(_ limits: ImportLimits, largest: Int64) throws(ImportError) {
        // The file is worth nothing before `finish`; until then SQLite need not protect it.
        for setting in [
            "page_size=\(Self.pageSize)", "locking_mode=EXCLUSIVE", "journal_mode=OFF", "synchronous=OFF",
            "cache_size=-16000", "mmap_size=0", "trusted_schema=OFF", "cell_size_check=ON",
            "foreign_keys=OFF", "max_page_count=\(min(largest / Int64(Self.pageSize), 4_294_967_294))",
        ] {
            guard sqlite3_exec(database, "PRAGMA \(setting)", nil, nil, nil) == SQLITE_OK else {
                throw ImportError(.failed, at: path, "SQLite refused PRAGMA \(setting)")
            }
        }
        sqlite3_limit(database, SQLITE_LIMIT_LENGTH, Int32(clamping: limits.longestPiece))
        sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, Int32(clamping: limits.longestPiece))
        sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0)
        patience.attach(to: database)
        imports.attach(to: database)
    }

    deinit { if !isClosed { sqlite3_close_v2(database) } }

    /// Runs a statement of the import's own.
    func run(_ sql: String) throws {
        imports.isTrusted = true
        defer { imports.isTrusted = false }
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure(at: path) }
    }

    /// The error of the last call.
    func failure(at source: FilePath, line: Int? = nil, statement: String? = nil) -> ImportError {
        let words = sqlite3_errmsg(database).map { String(cString: $0) } ?? "no message"
        let code = sqlite3_extended_errcode(database)
        func error(_ kind: ImportError.Kind, _ message: String) -> ImportError {
            ImportError(kind, at: source, line: line, statement: statement, message)
        }
        if let refusal = imports.refusal { return error(.forbidden, refusal) }
        switch code & 0xff {
        case SQLITE_INTERRUPT:
            return patience.stopReason == .deadlinePassed
                ? error(.deadlinePassed, "the time limit passed") : error(.cancelled, "cancelled")
        case SQLITE_FULL:
            return error(
                .diskFull, "the new database would fill its disk or pass its limit; free space or choose another folder"
            )
        case SQLITE_TOOBIG: return error(.overLimit, "a value or statement is longer than is allowed (\(words))")
        case SQLITE_IOERR where sqlite3_system_errno(database) == ENOSPC:
            return error(.diskFull, "the disk is full; free space or choose another folder")
        case SQLITE_IOERR, SQLITE_NOMEM, SQLITE_CANTOPEN: return error(.failed, "SQLite failed: \(words)")
        default:
            return error(.malformed, "SQLite refused it: \(words)")
        }
    }

    /// Says whether the work has to stop now.
    ///
    /// - Throws: ``ImportError`` of kind `cancelled` or `deadlinePassed`.
    func checkStop(at source: FilePath, line: Int?) throws {
        switch patience.stopReason {
        case nil: return
        case .cancelled: throw ImportError(.cancelled, at: source, line: line, "cancelled")
        case .deadlinePassed: throw ImportError(.deadlinePassed, at: source, line: line, "the time limit passed")
        }
    }

    /// Checks what was built, and gives it its name.
    func finish(source: FilePath, statements: Int, since start: ContinuousClock.Instant) throws -> ImportReport {
        isClosed = true
        guard sqlite3_close(database) == SQLITE_OK else {
            sqlite3_close_v2(database)
            throw ImportError(.failed, at: path, "SQLite did not let go of the new database")
        }
        guard fileSize(builtPath) ?? 0 > 0 else { throw Self.noTable(source) }
        let connection: SQLiteConnection
        do throws(SQLiteFileError) {
            connection = try SQLiteFile(path: builtPath).open(deadline: patience.deadline)
        } catch { throw notPassed(error) }
        defer { connection.close() }
        do {
            let check = try connection.check([.integrity, .foreignKeys])
            guard check.verdict <= .foreignKeys else {
                let first = check.findings.first?.text ?? "SQLite gives no reason"
                throw ImportError(.damaged, at: source, "the database made of it does not pass its check: \(first)")
            }
            let tables = try connection.contents()
            guard !tables.isEmpty else { throw Self.noTable(source) }
            try useVirtualTables(connection)
            let facts = try connection.facts()
            connection.close()
            try file.take()?.publish(as: path, replacing: false)
            return ImportReport(
                path: path, tables: tables, facts: facts, foreignKeyFindings: check.findings,
                foreignKeyViolations: check.foreignKeyViolations, statements: statements, duration: .now - start)
        } catch let error as SQLiteFileError {
            throw notPassed(error)
        } catch let error as FileError where error.errno == .fileExists {
            throw ImportError(.alreadyExists, at: path, "a file of this name appeared meanwhile; name another one")
        }
    }

    /// SQLite reads the definition of a virtual table when it is first used, and its own tables then.
    private func useVirtualTables(_ connection: SQLiteConnection) throws(SQLiteFileError) {
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'"
        let statement = try Statement(sql, on: connection, during: "list the tables")
        while try statement.step() {
            let name = (statement.text(0) ?? "").inQuotes(UInt8(ascii: "\""))
            try connection.execute("SELECT * FROM main.\(name) LIMIT 1", during: "read the virtual table \(name)")
        }
    }

    static func noTable(_ source: FilePath) -> ImportError {
        ImportError(.empty, at: source, "nothing in it makes a table, so there is nothing to import; take another file")
    }

    private func notPassed(_ error: SQLiteFileError) -> ImportError {
        switch error.kind {
        case .cancelled: ImportError(.cancelled, at: path, "cancelled")
        case .deadlinePassed: ImportError(.deadlinePassed, at: path, "the time limit passed")
        default:
            ImportError(
                .damaged, at: path,
                "the new database cannot be read back: \(error.message.isEmpty ? "\(error.kind)" : error.message)")
        }
    }
}
