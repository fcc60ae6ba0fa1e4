import Digests
import GRDBSQLite
import Glibc

extension SQLiteConnection {
    /// Hashes all rows of a statement, in the encoding that ``contents()`` describes.
    func rowHash(of statement: borrowing Statement, header: [String]) throws -> (rows: Int, sha256: SHA256Digest) {
        var encoder = try RowEncoder()
        try encoder.append(number: Int64(header.count))
        for name in header {
            let bytes = Array(name.utf8)
            try bytes.withUnsafeBytes { try encoder.append(tag: 3, bytes: $0.baseAddress, count: $0.count) }
        }
        let columns = sqlite3_column_count(statement.handle)
        var rows = 0
        while try statement.step() {
            var column: Int32 = 0
            while column < columns {
                try encoder.appendValue(sqlite3_column_value(statement.handle, column))
                column += 1
            }
            rows += 1
        }
        return (rows, try encoder.finish())
    }
}

/// Writes values in the canonical encoding into buffers, which another thread hashes.
///
/// Plain pointers and `memcpy`, no generic code: a debug build is nearly as fast as a release build.
private struct RowEncoder: ~Copyable {
    private static let capacity = 1 << 18
    /// A tag and a number.
    private static let headBytes = 9

    private let hashing: RowHashing
    private let relay: BufferRelay
    private var buffer: UnsafeMutableRawPointer
    private var used = 0
    private var hasPassed = false

    init() throws {
        let hashing = try RowHashing()
        self.hashing = hashing
        relay = BufferRelay(capacity: Self.capacity) { bytes, _ in try hashing.update(bytes) }
        buffer = relay.current
    }

    /// One call for each value and none for each column: SQLite looks its columns up anew with each.
    mutating func appendValue(_ value: OpaquePointer?) throws {
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: try appendWord(tag: 1, sqlite3_value_int64(value))
        case SQLITE_FLOAT: try appendWord(tag: 2, Int64(bitPattern: sqlite3_value_double(value).bitPattern))
        case SQLITE_TEXT:
            // First the text, then its size: in UTF-8, whatever the database has.
            let text = UnsafeRawPointer(sqlite3_value_text(value))
            try append(tag: 3, bytes: text, count: Int(sqlite3_value_bytes(value)))
        case SQLITE_BLOB:
            let blob = sqlite3_value_blob(value)
            try append(tag: 4, bytes: blob, count: Int(sqlite3_value_bytes(value)))
        default:
            try reserve(1)
            buffer.storeBytes(of: 0, toByteOffset: used, as: UInt8.self)
            used += 1
        }
    }

    mutating func append(number: Int64) throws {
        try reserve(8)
        buffer.storeBytes(of: number.littleEndian, toByteOffset: used, as: Int64.self)
        used += 8
    }

    mutating func append(tag: UInt8, bytes: UnsafeRawPointer?, count: Int) throws {
        try appendWord(tag: tag, Int64(count))
        guard var next = bytes, count > 0 else { return }
        var rest = count
        while true {
            let fits = min(rest, Self.capacity - used)
            memcpy(buffer + used, next, fits)
            used += fits
            rest -= fits
            if rest == 0 { return }
            next += fits
            try pass()
        }
    }

    private mutating func appendWord(tag: UInt8, _ number: Int64) throws {
        try reserve(Self.headBytes)
        buffer.storeBytes(of: tag, toByteOffset: used, as: UInt8.self)
        buffer.storeBytes(of: number.littleEndian, toByteOffset: used + 1, as: Int64.self)
        used += Self.headBytes
    }

    private mutating func reserve(_ count: Int) throws {
        if Self.capacity - used < count { try pass() }
    }

    private mutating func pass() throws {
        try relay.pass(used)
        (buffer, used, hasPassed) = (relay.current, 0, true)
    }

    consuming func finish() throws -> SHA256Digest {
        if hasPassed { try relay.drain() }
        try hashing.update(UnsafeRawBufferPointer(start: buffer, count: used))
        return try hashing.finish()
    }
}

/// One hash, used by one thread at a time.
private final class RowHashing {
    private var hasher: SHA256Hasher?

    init() throws { hasher = try SHA256Hasher() }

    func update(_ bytes: UnsafeRawBufferPointer) throws { try hasher?.update(bytes) }

    func finish() throws -> SHA256Digest {
        guard let hasher = hasher.take() else { preconditionFailure("a hash was finished twice") }
        return try hasher.finish()
    }
}
