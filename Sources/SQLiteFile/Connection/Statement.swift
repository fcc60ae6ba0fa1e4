import GRDBSQLite

/// A prepared statement of one connection, finalised when it goes out of scope.
struct Statement: ~Copyable {
    let handle: OpaquePointer
    private let connection: SQLiteConnection
    private let operation: String

    /// - Throws: ``SQLiteFileError``.
    init(_ sql: String, on connection: SQLiteConnection, during operation: String) throws(SQLiteFileError) {
        try connection.checkStop(during: operation)
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(connection.database, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw connection.failure(code, during: operation) }
        handle = prepared
        self.connection = connection
        self.operation = operation
    }

    deinit { sqlite3_finalize(handle) }

    /// Binds a text to the parameter at a position that counts from 1.
    func bind(_ text: String, at position: Int32) throws(SQLiteFileError) {
        let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
        let code = sqlite3_bind_text(handle, position, text, -1, transient)
        guard code == SQLITE_OK else { throw connection.failure(code, during: operation) }
    }

    /// Moves to the next row; false after the last one.
    func step() throws(SQLiteFileError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.failure(code, during: operation)
        }
    }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// The value as text with broken UTF-8 repaired, or nil for NULL.
    func text(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

extension SQLiteConnection {
    /// Runs one statement to its end, ignoring rows.
    func execute(_ sql: String, during operation: String) throws(SQLiteFileError) {
        let statement = try Statement(sql, on: self, during: operation)
        while try statement.step() {}
    }

    /// The first column of the first row as an integer; 0 without a row.
    func integer(_ sql: String, during operation: String) throws(SQLiteFileError) -> Int64 {
        let statement = try Statement(sql, on: self, during: operation)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// The first column of the first row as text; empty without a row.
    func text(_ sql: String, during operation: String) throws(SQLiteFileError) -> String {
        let statement = try Statement(sql, on: self, during: operation)
        return try statement.step() ? statement.text(0) ?? "" : ""
    }
}
