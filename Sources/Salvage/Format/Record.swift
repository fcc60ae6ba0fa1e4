/// A value as the file has it: a text's bytes are kept as they are, whatever they are.
enum Value: Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])

    var isNull: Bool { self == .null }

    /// Whether SQL would call them the same value, bit by bit: an integer in a REAL column is stored as an integer.
    func isSame(as other: Value) -> Bool {
        switch (self, other) {
        case (.integer(let whole), .real(let real)), (.real(let real), .integer(let whole)): Double(whole) == real
        default: self == other
        }
    }
}

/// The head of a record: the type of each field (sqlite.org/fileformat2.html, 2.1).
struct SerialTypes {
    let types: [Int64]
    let headSize: Int
    /// What all fields take together.
    let bodySize: Int

    /// Nothing if it is no head; without `needsAll` the head may be cut off by the end of `bytes`.
    init?(_ bytes: [UInt8], payloadSize: Int, needsAll: Bool = true) {
        guard let size = Varint(bytes, at: 0, limit: bytes.count), size.value >= 1, size.value <= payloadSize,
            size.value <= bytes.count || !needsAll
        else { return nil }
        let end = Int(size.value)
        var types: [Int64] = []
        var (position, body) = (size.length, 0)
        while position < end {
            guard let type = Varint(bytes, at: position, limit: min(end, bytes.count)) else {
                if !needsAll, position + 9 > bytes.count { break }
                return nil
            }
            // SQLite has at most 32,767 columns.
            guard let length = Self.length(of: type.value), types.count < 32_767 else { return nil }
            types.append(type.value)
            body += length
            guard body <= payloadSize else { return nil }
            position += type.length
        }
        guard position <= end else { return nil }
        (self.types, headSize, bodySize) = (types, end, body)
    }

    static func length(of type: Int64) -> Int? {
        switch type {
        case 0, 8, 9: 0
        case 1...4: Int(type)
        case 5: 6
        case 6, 7: 8
        case 12...(1 << 32): Int(type - 12) / 2
        default: nil
        }
    }
}

/// The fields of a row.
struct Record {
    let values: [Value]
    /// Whether all fields were there.
    let isWhole: Bool
    /// Whether there was nothing else either, as in every record that SQLite has written.
    let isExact: Bool

    /// Nothing if not even the head can be read; of a payload that was cut off the fields that are there whole.
    init?(payload: [UInt8], declaredSize: Int) {
        guard let head = SerialTypes(payload, payloadSize: declaredSize) else { return nil }
        var values: [Value] = []
        values.reserveCapacity(head.types.count)
        var position = head.headSize
        for type in head.types {
            guard let length = SerialTypes.length(of: type), position + length <= payload.count else { break }
            values.append(Self.value(type, payload[position..<position + length]))
            position += length
        }
        self.values = values
        isWhole = values.count == head.types.count
        isExact = isWhole && position == declaredSize
    }

    private static func value(_ type: Int64, _ bytes: ArraySlice<UInt8>) -> Value {
        switch type {
        case 0: return .null
        case 8: return .integer(0)
        case 9: return .integer(1)
        case 7:
            let number = Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
            return number.isNaN ? .null : .real(number)
        case 1...6:
            let isNegative = (bytes.first ?? 0) >= 0x80
            return .integer(bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) })
        default: return type % 2 == 0 ? .blob(Array(bytes)) : .text(Array(bytes))
        }
    }
}
