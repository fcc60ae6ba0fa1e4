import GRDBSQLite
import Glibc

/// How a database stores its texts.
enum TextEncoding: String {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16le"
    case utf16BigEndian = "UTF-16be"

    /// As SQLite's C interface numbers it.
    var number: UInt8 {
        switch self {
        case .utf8: UInt8(SQLITE_UTF8)
        case .utf16LittleEndian: UInt8(SQLITE_UTF16LE)
        case .utf16BigEndian: UInt8(SQLITE_UTF16BE)
        }
    }
}

extension SQLiteConnection {
    /// The encoding of the database that is open.
    func textEncoding() throws(SQLiteFileError) -> TextEncoding {
        let name = try text("PRAGMA encoding", during: "read the encoding")
        guard let encoding = TextEncoding(rawValue: name) else {
            throw SQLiteFileError(.damaged, at: path, during: "read the encoding", message: "'\(name)' is none")
        }
        return encoding
    }
}

/// A text value of a row, valid until the statement moves on.
enum StoredText {
    /// Well-formed UTF-8 without NUL.
    case plain(UnsafeRawPointer, count: Int)
    /// Well-formed text that holds NUL: bytes in the database's encoding.
    case withNUL(UnsafeRawPointer, count: Int)
    /// Bytes in the database's encoding that are no text: a service wrote them so, and they are to come back so.
    case illFormed(UnsafeRawPointer, count: Int)
    case empty

    init(of statement: OpaquePointer, column: Int32, encoding: TextEncoding) {
        // As a blob first: these are the bytes as stored.
        let stored = sqlite3_column_blob(statement, column)
        let storedCount = Int(sqlite3_column_bytes(statement, column))
        guard let stored, storedCount > 0 else {
            self = .empty
            return
        }
        if encoding == .utf8 {
            let bytes = UnsafeRawBufferPointer(start: stored, count: storedCount)
            guard String(validating: bytes, as: UTF8.self) != nil else {
                self = .illFormed(stored, count: storedCount)
                return
            }
            let holdsNUL = memchr(stored, 0, storedCount) != nil
            self = holdsNUL ? .withNUL(stored, count: storedCount) : .plain(stored, count: storedCount)
            return
        }
        guard Self.isUTF16(stored, count: storedCount, bigEndian: encoding == .utf16BigEndian) else {
            self = .illFormed(stored, count: storedCount)
            return
        }
        guard !Self.holdsNullUnit(stored, count: storedCount) else {
            self = .withNUL(stored, count: storedCount)
            return
        }
        // This converts the value in place: the bytes as stored are gone from here on.
        guard let text = sqlite3_column_text(statement, column) else {
            self = .empty
            return
        }
        self = .plain(text, count: Int(sqlite3_column_bytes(statement, column)))
    }

    private static func holdsNullUnit(_ start: UnsafeRawPointer, count: Int) -> Bool {
        let units = start.assumingMemoryBound(to: UInt8.self)
        return stride(from: 0, to: count - 1, by: 2).contains { units[$0] == 0 && units[$0 + 1] == 0 }
    }

    /// Whether every surrogate has its partner; SQLite makes something else of one that has not.
    private static func isUTF16(_ start: UnsafeRawPointer, count: Int, bigEndian: Bool) -> Bool {
        guard count % 2 == 0 else { return false }
        let bytes = start.assumingMemoryBound(to: UInt8.self)
        var expectsLow = false
        var position = bigEndian ? 0 : 1
        while position < count {
            switch bytes[position] & 0xFC {
            case 0xD8:
                if expectsLow { return false }
                expectsLow = true
            case 0xDC:
                if !expectsLow { return false }
                expectsLow = false
            default: if expectsLow { return false }
            }
            position += 2
        }
        return !expectsLow
    }
}
