import GRDBSQLite

/// A prepared statement and its only owner.
final class Statement {
    private let database: Database
    private var handle: OpaquePointer?

    /// - Throws: also when the text holds more than one statement.
    init(_ sql: String, on database: Database) throws(SalvageError) {
        self.database = database
        var code = SQLITE_OK
        var rest = ""
        sql.withCString { start in
            var tail: UnsafePointer<CChar>?
            code = sqlite3_prepare_v2(database.handle, start, -1, &handle, &tail)
            if let tail { rest = String(cString: tail) }
        }
        guard code == SQLITE_OK else { throw database.failure(code) }
        guard handle != nil, rest.allSatisfy({ $0.isWhitespace || $0 == ";" }) else {
            throw SalvageError(.sqlite(code: SQLITE_ERROR, message: "not one statement"), at: database.path)
        }
    }

    deinit { sqlite3_finalize(handle) }

    /// Binds from position 1 on; a text's bytes go in as they are.
    func bind(_ values: [Value], encoding: TextEncoding, from start: Int32 = 1) throws(SalvageError) {
        for (index, value) in values.enumerated() {
            let position = start + Int32(index)
            let code = bind(value, at: position, encoding)
            guard code == SQLITE_OK else { throw database.failure(code) }
        }
    }

    private func bind(_ value: Value, at position: Int32, _ encoding: TextEncoding) -> Int32 {
        let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(handle, position)
        case .integer(let number): return sqlite3_bind_int64(handle, position, number)
        case .real(let number): return sqlite3_bind_double(handle, position, number)
        case .blob(let bytes):
            if bytes.isEmpty { return sqlite3_bind_zeroblob(handle, position, 0) }
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob64(handle, position, $0.baseAddress, UInt64($0.count), transient)
            }
        case .text(let bytes):
            // An empty array may have no address, which SQLite would take for NULL.
            return (bytes + [0, 0]).withUnsafeBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text64(
                        handle, position, $0.baseAddress, UInt64(bytes.count), transient, UInt8(encoding.rawValue))
                }
            }
        }
    }

    /// Moves to the next row; false after the last one, and the statement can be used anew.
    func step() throws(SalvageError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code:
            let failure = database.failure(code)
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// Forgets the rows that were not asked for.
    func reset() { sqlite3_reset(handle) }

    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// Nothing for NULL.
    func text(_ column: Int32) -> String? {
        guard let start = sqlite3_column_text(handle, column) else { return nil }
        return String(
            decoding: UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))),
            as: UTF8.self)
    }

    /// The value as the file has it, if that is UTF-8; a text of another encoding comes converted.
    func value(_ column: Int32) -> Value {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return .null
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
        case SQLITE_TEXT:
            guard let start = sqlite3_column_text(handle, column) else { return .text([]) }
            let count = Int(sqlite3_column_bytes(handle, column))
            return .text(Array(UnsafeBufferPointer(start: start, count: count)))
        default:
            guard let start = sqlite3_column_blob(handle, column) else { return .blob([]) }
            return .blob(
                Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))))
        }
    }
}
