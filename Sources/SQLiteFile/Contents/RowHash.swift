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
                try encoder.appendValue(of: statement.handle, column: column)
                column += 1
            }
            rows += 1
        }
        return (rows, try encoder.finish())
    }
}

/// Writes values in the canonical encoding into a buffer and from there into a hash.
///
/// Plain pointers and `memcpy`, no generic code: a debug build is nearly as fast as a release build.
private struct RowEncoder: ~Copyable {
    private let scratch = RowScratch()
    private var used = 0
    private var hasher: SHA256Hasher

    init() throws {
        hasher = try SHA256Hasher()
    }

    mutating func appendValue(of statement: OpaquePointer, column: Int32) throws {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            try append(tag: 1)
            try append(number: sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT:
            try append(tag: 2)
            try append(number: Int64(bitPattern: sqlite3_column_double(statement, column).bitPattern))
        case SQLITE_TEXT:
            let text = UnsafeRawPointer(sqlite3_column_text(statement, column))
            try append(tag: 3, bytes: text, count: Int(sqlite3_column_bytes(statement, column)))
        case SQLITE_BLOB:
            let blob = sqlite3_column_blob(statement, column)
            try append(tag: 4, bytes: blob, count: Int(sqlite3_column_bytes(statement, column)))
        default:
            try append(tag: 0)
        }
    }

    mutating func append(number: Int64) throws {
        scratch.word.pointee = number.littleEndian
        try append(bytes: scratch.word, count: 8)
    }

    mutating func append(tag: UInt8, bytes: UnsafeRawPointer?, count: Int) throws {
        try append(tag: tag)
        try append(number: Int64(count))
        if let bytes, count > 0 { try append(bytes: bytes, count: count) }
    }

    private mutating func append(tag: UInt8) throws {
        scratch.tag.pointee = tag
        try append(bytes: scratch.tag, count: 1)
    }

    private mutating func append(bytes: UnsafeRawPointer, count: Int) throws {
        if used + count > RowScratch.capacity {
            try flush()
            guard count <= RowScratch.capacity else {
                return try hasher.update(UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }
        memcpy(scratch.buffer + used, bytes, count)
        used += count
    }

    private mutating func flush() throws {
        try hasher.update(UnsafeRawBufferPointer(start: scratch.buffer, count: used))
        used = 0
    }

    consuming func finish() throws -> SHA256Digest {
        try flush()
        return try hasher.finish()
    }
}

/// The memory of one encoder.
private struct RowScratch: ~Copyable {
    static let capacity = 1 << 18
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    let word = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    let tag = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)

    deinit {
        buffer.deallocate()
        word.deallocate()
        tag.deallocate()
    }
}
