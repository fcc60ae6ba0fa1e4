import GRDBSQLite
import Glibc

/// Gathers SQL text and hands it on in large pieces.
///
/// Plain pointers, so that debug builds are quick too.
struct DumpBuffer: ~Copyable {
    private static let capacity = 1 << 18
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    private let hexDigits = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    private var used = 0
    private let isUTF8: Bool
    private let sink: (UnsafeRawBufferPointer) throws -> Void

    init(encoding: String, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        isUTF8 = encoding == "UTF-8"
        self.sink = sink
        for (position, digit) in "0123456789ABCDEF".utf8.enumerated() { hexDigits[position] = digit }
    }

    deinit {
        buffer.deallocate()
        hexDigits.deallocate()
    }

    mutating func append(_ text: String) throws {
        var text = text
        try text.withUTF8 { if let start = $0.baseAddress { try append(bytes: start, count: $0.count) } }
    }

    mutating func flush() throws {
        if used > 0 { try sink(UnsafeRawBufferPointer(start: buffer, count: used)) }
        used = 0
    }

    /// Writes a value so that SQLite reads the same value of the same type again.
    mutating func appendLiteral(of statement: OpaquePointer, column: Int32) throws {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: try append(String(sqlite3_column_int64(statement, column)))
        case SQLITE_FLOAT: try append(RealLiteral.text(of: sqlite3_column_double(statement, column)))
        case SQLITE_TEXT: try appendText(of: statement, column: column)
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            try appendHex(start, count: Int(sqlite3_column_bytes(statement, column)))
        default: try append("NULL")
        }
    }

    /// A quoted literal, or a cast of the bytes where a literal cannot hold them: a NUL would end it.
    private mutating func appendText(of statement: OpaquePointer, column: Int32) throws {
        // As a blob first: these are the bytes as stored, in the encoding in which CAST takes them.
        let stored = sqlite3_column_blob(statement, column)
        let storedCount = Int(sqlite3_column_bytes(statement, column))
        guard let stored, storedCount > 0 else { return try append("''") }
        if isUTF8 {
            guard isPlainUTF8(stored, count: storedCount) else { return try appendCast(stored, count: storedCount) }
            return try appendQuoted(stored, count: storedCount)
        }
        guard !holdsNullUnit(stored, count: storedCount) else { return try appendCast(stored, count: storedCount) }
        let text = sqlite3_column_text(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        guard let text else { return try append("''") }
        try appendQuoted(text, count: count)
    }

    private func isPlainUTF8(_ start: UnsafeRawPointer, count: Int) -> Bool {
        guard memchr(start, 0, count) == nil else { return false }
        return String(validating: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) != nil
    }

    private func holdsNullUnit(_ start: UnsafeRawPointer, count: Int) -> Bool {
        let units = UnsafeRawBufferPointer(start: start, count: count)
        return stride(from: 0, to: count - 1, by: 2).contains { units[$0] == 0 && units[$0 + 1] == 0 }
    }

    private mutating func appendCast(_ start: UnsafeRawPointer, count: Int) throws {
        try append("CAST(")
        try appendHex(start, count: count)
        try append(" AS TEXT)")
    }

    private mutating func appendQuoted(_ start: UnsafeRawPointer, count: Int) throws {
        try append("'")
        var (rest, left) = (start, count)
        while let quote = memchr(rest, 0x27, left) {
            let length = UnsafeRawPointer(quote) - rest + 1
            try append(bytes: rest, count: length)
            try append("'")
            rest += length
            left -= length
        }
        try append(bytes: rest, count: left)
        try append("'")
    }

    private mutating func appendHex(_ start: UnsafeRawPointer?, count: Int) throws {
        try append("X'")
        if let bytes = start?.assumingMemoryBound(to: UInt8.self) {
            var position = 0
            while position < count {
                if used + 2 > Self.capacity { try flush() }
                let target = (buffer + used).assumingMemoryBound(to: UInt8.self)
                target[0] = hexDigits[Int(bytes[position] >> 4)]
                target[1] = hexDigits[Int(bytes[position] & 15)]
                used += 2
                position += 1
            }
        }
        try append("'")
    }

    private mutating func append(bytes: UnsafeRawPointer, count: Int) throws {
        if used + count > Self.capacity {
            try flush()
            guard count <= Self.capacity else {
                return try sink(UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }
        memcpy(buffer + used, bytes, count)
        used += count
    }
}
