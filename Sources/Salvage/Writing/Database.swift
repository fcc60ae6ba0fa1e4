import GRDBSQLite
import SystemPackage

/// A connection to a database that is the repair's own: a private copy, or the new one being built.
final class Database {
    let path: FilePath
    private(set) var handle: OpaquePointer?
    private let alarm: Alarm

    /// Opens an existing file, empty or not; work ends when the limits say so.
    init(_ path: FilePath, limits: Limits) throws(SalvageError) {
        self.path = path
        alarm = Alarm(limits)
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = path.withPlatformString { sqlite3_open_v2($0, &handle, flags, nil) }
        guard code == SQLITE_OK, handle != nil else { throw failure(code) }
        // Ten thousand instructions are well under a millisecond. The alarm lives as long as the handle.
        sqlite3_progress_handler(
            handle, 10_000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<Alarm>.fromOpaque(context).takeUnretainedValue().limits.reason == nil ? 0 : 1
            }, Unmanaged.passUnretained(alarm).toOpaque())
    }

    deinit { sqlite3_close_v2(handle) }

    /// What the callback asks.
    private final class Alarm {
        let limits: Limits
        init(_ limits: Limits) { self.limits = limits }
    }

    func close() throws(SalvageError) {
        let code = sqlite3_close(handle)
        guard code == SQLITE_OK else { throw failure(code) }
        handle = nil
    }

    func run(_ sql: String) throws(SalvageError) {
        let statement = try Statement(sql, on: self)
        while try statement.step() {}
    }

    func integer(_ sql: String) throws(SalvageError) -> Int {
        let statement = try Statement(sql, on: self)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    /// The first column of every row.
    func texts(_ sql: String) throws(SalvageError) -> [String] {
        let statement = try Statement(sql, on: self)
        var found: [String] = []
        while try statement.step() { found.append(statement.text(0) ?? "") }
        return found
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes64(handle)) }

    /// SQLite's words for its last trouble.
    var message: String { sqlite3_errmsg(handle).map { String(cString: $0) } ?? "" }

    func failure(_ code: Int32) -> SalvageError {
        if code & 0xff == SQLITE_INTERRUPT { return SalvageError(alarm.limits.reason ?? .cancelled, at: path) }
        return SalvageError(.sqlite(code: code, message: message), at: path)
    }

    /// A name as SQL has it.
    static func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }
}

extension SalvageError {
    /// Whether SQLite refused this one thing, rather than all work having to end.
    var isRefusal: Bool {
        guard case .sqlite(let code, _) = kind else { return false }
        return ![SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM, SQLITE_READONLY, SQLITE_CANTOPEN].contains(code & 0xff)
    }

    /// Whether SQLite takes the file for one that must not be written, as its header can say.
    var isReadOnly: Bool { sqliteCode & 0xff == SQLITE_READONLY }

    var sqliteCode: Int32 {
        if case .sqlite(let code, _) = kind { return code }
        return 0
    }

    /// SQLite's words alone, for a note.
    var words: String {
        if case .sqlite(_, let message) = kind { return message }
        return description
    }
}
