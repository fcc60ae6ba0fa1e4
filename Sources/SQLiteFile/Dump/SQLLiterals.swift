import GRDBSQLite
import Glibc

extension DumpBuffer {
    /// Writes a value so that SQLite reads the same value of the same type again.
    mutating func appendLiteral(of statement: OpaquePointer, column: Int32) throws {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: try append(String(sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: try append(RealLiteral.text(of: sqlite3_column_double(statement, column)))
        case SQLITE_TEXT: try appendTextLiteral(of: statement, column: column)
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            try appendHex(start, count: Int(sqlite3_column_bytes(statement, column)), mark: "X")
        default: try append("NULL")
        }
    }

    /// A quoted literal, or a cast of the bytes where a literal cannot hold them: a NUL would end it.
    private mutating func appendTextLiteral(of statement: OpaquePointer, column: Int32) throws {
        switch text(of: statement, column: column) {
        case .empty: try append("''")
        case .plain(let start, let count): try appendTextLiteral(start, count: count)
        case .withNUL(let start, let count), .illFormed(let start, let count):
            try append("CAST(")
            // As stored: CAST takes the bytes to be in the encoding of the database.
            try appendHex(start, count: count, mark: "X")
            try append(" AS TEXT)")
        }
    }

    /// A literal in which no line ends in CR LF: SQLite's shell drops the CR of every line it reads.
    private mutating func appendTextLiteral(_ start: UnsafeRawPointer, count: Int) throws {
        let quote = UInt8(ascii: "'")
        guard Self.holdsLineEnd(start, count: count) else {
            return try appendQuoted(start, count: count, quote: quote)
        }
        let text = String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
        let bytes = Array(text.utf8)
        // Something that the text does not hold stands for CR, as in the shell's own dumps.
        let mark = ["\\r", "<CR>"].first { bytes.firstRange(of: Array($0.utf8)) == nil }
        guard let mark else {
            // CHAR instead of a cast, whose bytes would have to be in the encoding of the database.
            let pieces = text.unicodeScalars.split(separator: "\r", omittingEmptySubsequences: false)
            return try appendJoined(pieces.map { String($0).sqlLiteral })
        }
        let escaped = bytes.flatMap { $0 == 0x0D ? Array(mark.utf8) : [$0] }
        try append("replace(")
        try escaped.withUnsafeBytes {
            if let start = $0.baseAddress { try appendQuoted(start, count: $0.count, quote: quote) }
        }
        try append(",'\(mark)',char(13))")
    }

    private static func holdsLineEnd(_ start: UnsafeRawPointer, count: Int) -> Bool {
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        var position = 0
        while position < count, let found = memchr(start + position, 0x0D, count - position) {
            position = UnsafeRawPointer(found) - start + 1
            if position < count, bytes[position] == 0x0A { return true }
        }
        return false
    }

    /// Pieces with a CR between any two, nested no deeper than SQLite takes.
    private mutating func appendJoined(_ pieces: [String]) throws {
        guard pieces.count > 2 else { return try append(pieces.joined(separator: "||char(13)||")) }
        let middle = pieces.count / 2
        try append("(")
        try appendJoined(Array(pieces[..<middle]))
        try append(")||char(13)||(")
        try appendJoined(Array(pieces[middle...]))
        try append(")")
    }

    /// Writes a definition of the schema byte for byte and ends it.
    mutating func appendDefinition(of statement: OpaquePointer, column: Int32, creatingIfMissing: Bool = false) throws {
        guard let start = sqlite3_column_text(statement, column) else { return }
        let count = Int(sqlite3_column_bytes(statement, column))
        let plain = "CREATE TABLE "
        if creatingIfMissing {
            try append("CREATE TABLE IF NOT EXISTS ")
            try append(bytes: start + plain.utf8.count, count: count - plain.utf8.count)
        } else {
            try append(bytes: start, count: count)
        }
        // The text of a view may end in a comment, which would swallow the semicolon.
        let definition = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        let ending = [";\n", "\n;\n", "*/;\n"].first { sqlite3_complete(definition + $0) != 0 }
        try append(ending ?? ";\n")
    }
}
