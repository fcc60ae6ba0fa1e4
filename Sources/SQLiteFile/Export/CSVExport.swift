import GRDBSQLite

extension SQLiteConnection {
    /// Writes a table as comma-separated values (RFC 4180): CRLF, a header, UTF-8 without a byte order mark.
    ///
    /// Quotes tell types apart, which every reader of the format accepts and ``CSVImport`` understands:
    ///
    ///     NULL     an empty field without quotes; in a table of one column an empty line
    ///     INTEGER  digits without quotes
    ///     REAL     with a point or an exponent, without quotes, read back to the last bit; infinity is 1e999
    ///     TEXT     always in quotes, so the empty text is ""
    ///     BLOB     x'00FF' without quotes
    ///     TEXT that holds NUL or is not Unicode   t'00FF' without quotes, its bytes as stored; counted
    ///
    /// - Parameters:
    ///   - table: of ``exportTables(_:)`` in the same snapshot.
    ///   - sink: gets the text in pieces; the bytes are valid during the call.
    /// - Returns: what was written.
    /// - Throws: ``SQLiteFileError``, or what `sink` throws.
    package func exportCSV(
        of table: ExportTable, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ExportCounts {
        try withoutActuallyEscaping(sink) { sink in
            var counts = ExportCounts()
            var output = DumpBuffer(encoding: try textEncoding(), sink: sink)
            for (position, column) in table.columns.enumerated() {
                if position > 0 { try output.append(",") }
                try output.append(column.csvField)
            }
            try output.append("\r\n")
            try eachRow(of: table.shape) { statement, columns in
                var column: Int32 = 0
                while column < columns {
                    if column > 0 { try output.append(byte: UInt8(ascii: ",")) }
                    if try output.appendCSV(of: statement.handle, column: column) { counts.encodedTexts += 1 }
                    column += 1
                }
                try output.append("\r\n")
                counts.rows += 1
            }
            try output.flush()
            return counts
        }
    }
}

extension DumpBuffer {
    /// - Returns: whether it is a text that had to be written as bytes.
    fileprivate mutating func appendCSV(of statement: OpaquePointer, column: Int32) throws -> Bool {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: try append(String(sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: try append(sqlite3_column_double(statement, column).decimalText)
        case SQLITE_TEXT: return try appendCSVText(of: statement, column: column)
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            try appendHex(start, count: Int(sqlite3_column_bytes(statement, column)), mark: "x")
        default: break
        }
        return false
    }

    private mutating func appendCSVText(of statement: OpaquePointer, column: Int32) throws -> Bool {
        switch text(of: statement, column: column) {
        case .empty: try append("\"\"")
        case .plain(let start, let count):
            try appendQuoted(start, count: count, quote: UInt8(ascii: "\""))
        case .withNUL(let start, let count), .illFormed(let start, let count):
            try appendHex(start, count: count, mark: "t")
            return true
        }
        return false
    }
}

extension Double {
    /// The shortest decimal that is read back exactly, never to be taken for an integer; infinity is out of range.
    var decimalText: String { isInfinite ? (self < 0 ? "-1e999" : "1e999") : description }
}

extension String {
    /// As a field of a header: in quotes where it must be.
    fileprivate var csvField: String {
        let isPlain = !isEmpty && utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain ? self : inQuotes(0x22)
    }
}
