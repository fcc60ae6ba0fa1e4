import Foundation
import GRDBSQLite

extension SQLiteConnection {
    /// Writes a table as JSON lines: one object a row, with the columns as keys in their order.
    ///
    /// Integers are written as they are, also beyond 2^53, which some readers round; reals have a point or an exponent
    /// and are read back to the last bit, infinity as `1e999`. A blob is `{"$blob":"base64"}`; a text that is no
    /// Unicode is `{"$text":"base64"}` with its bytes as stored, and is counted.
    ///
    /// - Parameters:
    ///   - table: of ``exportTables(_:)`` in the same snapshot.
    ///   - sink: gets the text in pieces; the bytes are valid during the call.
    /// - Returns: what was written.
    /// - Throws: ``SQLiteFileError``, or what `sink` throws.
    package func exportJSONLines(
        of table: ExportTable, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> ExportCounts {
        try withoutActuallyEscaping(sink) { sink in
            var counts = ExportCounts()
            var output = DumpBuffer(encoding: try textEncoding(), sink: sink)
            let keys = table.columns.enumerated().map { ($0 == 0 ? "{" : ",") + $1.jsonString + ":" }
            try eachRow(of: table.shape) { statement, columns in
                var column: Int32 = 0
                while column < columns {
                    try output.append(keys[Int(column)])
                    if try output.appendJSON(of: statement.handle, column: column) { counts.encodedTexts += 1 }
                    column += 1
                }
                try output.append("}\n")
                counts.rows += 1
            }
            try output.flush()
            return counts
        }
    }
}

extension DumpBuffer {
    /// - Returns: whether it is a text that had to be written as bytes.
    fileprivate mutating func appendJSON(of statement: OpaquePointer, column: Int32) throws -> Bool {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: try append(String(sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: try append(sqlite3_column_double(statement, column).decimalText)
        case SQLITE_TEXT:
            switch text(of: statement, column: column) {
            case .empty: try append("\"\"")
            case .plain(let start, let count): try appendJSONString(start, count: count)
            case .withNUL:
                if let start = sqlite3_column_text(statement, column) {
                    try appendJSONString(start, count: Int(sqlite3_column_bytes(statement, column)))
                }
            case .illFormed(let start, let count):
                try appendBase64(start, count: count, key: "$text")
                return true
            }
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            try appendBase64(start, count: Int(sqlite3_column_bytes(statement, column)), key: "$blob")
        default: try append("null")
        }
        return false
    }

    private mutating func appendBase64(_ start: UnsafeRawPointer?, count: Int, key: String) throws {
        try append("{\"\(key)\":\"")
        // Pieces of whole triples, so that their texts can stand one after another.
        let piece = 3 << 14
        var position = 0
        while let start, position < count {
            let length = min(piece, count - position)
            try append(Data(bytes: start + position, count: length).base64EncodedString())
            position += length
        }
        try append("\"}")
    }

    private mutating func appendJSONString(_ start: UnsafeRawPointer, count: Int) throws {
        try append(byte: UInt8(ascii: "\""))
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        var (begin, position) = (0, 0)
        while position < count {
            let byte = bytes[position]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C {
                try append(bytes: start + begin, count: position - begin)
                try append(byte.jsonEscape)
                begin = position + 1
            }
            position += 1
        }
        try append(bytes: start + begin, count: count - begin)
        try append(byte: UInt8(ascii: "\""))
    }
}

extension UInt8 {
    /// A control character, a quote or a backslash in a string of JSON.
    fileprivate var jsonEscape: String {
        switch self {
        case 0x22: "\\\""
        case 0x5C: "\\\\"
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case 0x09: "\\t"
        default: "\\u00" + (self < 16 ? "0" : "") + String(self, radix: 16)
        }
    }
}

extension String {
    fileprivate var jsonString: String {
        "\""
            + utf8.reduce(into: [UInt8]()) { text, byte in
                if byte < 0x20 || byte == 0x22 || byte == 0x5C {
                    text += byte.jsonEscape.utf8
                } else {
                    text.append(byte)
                }
            }.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) } + "\""
    }
}
