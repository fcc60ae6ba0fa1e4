import GRDBSQLite

/// What a field of CSV says, as ``SQLiteConnection/exportCSV(of:into:)`` writes values.
enum CSVValue {
    case null
    case integer(Int64)
    case real(Double)
    case text(UnsafeBufferPointer<UInt8>)
    /// The bytes of a text in the encoding of the database.
    case encodedText([UInt8])
    case blob([UInt8])

    /// Reads a field; a number is one only in its usual form, so `007`, `1e5` and ` 1` stay texts.
    init(_ bytes: UnsafeBufferPointer<UInt8>, isQuoted: Bool) {
        self = .text(bytes)
        if isQuoted { return }
        guard let first = bytes.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "x"), UInt8(ascii: "t"):
            guard let raw = Self.hexadecimal(bytes) else { return }
            self = first == UInt8(ascii: "x") ? .blob(raw) : .encodedText(raw)
        case UInt8(ascii: "-"), 0x30...0x39:
            guard bytes.count <= 400, let form = Self.form(of: bytes) else { return }
            let text = String(decoding: bytes, as: UTF8.self)
            if form == .integer, let number = Int64(text) { self = .integer(number) }
            if form == .real, let number = Double(text) { self = .real(number) }
        default: return
        }
    }

    private enum Form { case integer, real }

    /// `-`, digits without leading zeros, then perhaps a point and digits, then perhaps an exponent with its sign or
    /// the `e999` of infinity.
    private static func form(of bytes: UnsafeBufferPointer<UInt8>) -> Form? {
        var rest = bytes[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == 0x30
        let whole = digits()
        guard whole > 0, whole == 1 || !startsWithZero else { return nil }
        if rest.isEmpty { return startsWithZero && bytes.count > 1 ? nil : .integer }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return nil }
            if rest.isEmpty { return .real }
        } else if rest.elementsEqual("e999".utf8) {
            return .real
        }
        guard rest.first == UInt8(ascii: "e") else { return nil }
        rest = rest.dropFirst()
        guard rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") else { return nil }
        rest = rest.dropFirst()
        return digits() > 0 && rest.isEmpty ? .real : nil
    }

    /// The bytes between the apostrophes of `x'00FF'`.
    private static func hexadecimal(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard bytes.count >= 3, bytes.count % 2 == 1, bytes[1] == 0x27, bytes[bytes.count - 1] == 0x27 else {
            return nil
        }
        var found: [UInt8] = []
        found.reserveCapacity(bytes.count / 2)
        var position = 2
        while position < bytes.count - 1 {
            guard let high = digit(bytes[position]), let low = digit(bytes[position + 1]) else { return nil }
            found.append(high << 4 | low)
            position += 2
        }
        return found
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    /// Gives the value to a parameter, which must be used before the field's bytes go.
    func bind(to statement: OpaquePointer, at position: Int32, encoding: TextEncoding) -> Int32 {
        let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
        switch self {
        case .null: return sqlite3_bind_null(statement, position)
        case .integer(let number): return sqlite3_bind_int64(statement, position, number)
        case .real(let number): return sqlite3_bind_double(statement, position, number)
        case .blob(let bytes):
            // SQLite takes an empty array's address for NULL.
            if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, position, 0) }
            return sqlite3_bind_blob64(statement, position, bytes, UInt64(bytes.count), transient)
        case .encodedText(let bytes):
            return bytes.withUnsafeBufferPointer {
                Self.bind($0, to: statement, at: position, transient, encoding.number)
            }
        case .text(let bytes):
            return Self.bind(bytes, to: statement, at: position, nil, TextEncoding.utf8.number)
        }
    }

    private static func bind(
        _ bytes: UnsafeBufferPointer<UInt8>, to statement: OpaquePointer, at position: Int32,
        _ destructor: sqlite3_destructor_type?, _ encoding: UInt8
    ) -> Int32 {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            return sqlite3_bind_text(statement, position, "", 0, nil)
        }
        return UnsafeRawPointer(start).withMemoryRebound(to: CChar.self, capacity: bytes.count) {
            sqlite3_bind_text64(statement, position, $0, UInt64(bytes.count), destructor, encoding)
        }
    }
}
