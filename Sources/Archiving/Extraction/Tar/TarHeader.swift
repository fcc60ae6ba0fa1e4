/// One header of a tar archive (POSIX.1-2017 `pax`, ustar interchange format; GNU's and the old one too).
struct TarHeader {
    static let length = 512

    let name: [UInt8]
    let mode: UInt32
    let size: Int
    let modified: Int?
    let type: UInt8
    let link: [UInt8]

    /// Whether these bytes are a header by their checksum.
    static func isHeader(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == length, bytes.contains(where: { $0 != 0 }),
            let expected = try? number(bytes[148..<156], "checksum")  // A field that is no number is no header.
        else { return false }
        var (sum, signedSum) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            let counted = (148..<156).contains(index) ? UInt8(ascii: " ") : byte
            sum += Int(counted)
            signedSum += Int(Int8(bitPattern: counted))  // As some old programs had it.
        }
        return expected == sum || expected == signedSum
    }

    /// Reads a header.
    init(_ bytes: [UInt8]) throws(EntryFault) {
        guard Self.isHeader(bytes) else { throw .damaged("has a header with a wrong checksum") }
        let name = Self.text(bytes[0..<100])
        // GNU and old headers have other things where the prefix is.
        let prefix = bytes[257..<263].elementsEqual(Array("ustar\0".utf8)) ? Self.text(bytes[345..<500]) : []
        self.name = prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
        mode = UInt32(truncatingIfNeeded: try Self.number(bytes[100..<108], "mode")) & 0o7777
        size = try Self.number(bytes[124..<136], "size")
        modified = try? Self.number(bytes[136..<148], "time")  // A time that is none is not worth a refusal.
        type = bytes[156]
        link = Self.text(bytes[157..<257])
    }

    /// A field up to its first NUL.
    private static func text(_ field: ArraySlice<UInt8>) -> [UInt8] { Array(field.prefix { $0 != 0 }) }

    /// Octal digits, or with the highest bit set a binary number, as GNU tar and star write large ones.
    private static func number(_ field: ArraySlice<UInt8>, _ what: String) throws(EntryFault) -> Int {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80 else { throw .damaged("has a negative or huge \(what)") }
            var value = 0
            for byte in field.dropFirst() {
                guard value >> 54 == 0 else { throw .damaged("has a huge \(what)") }
                value = value << 8 | Int(byte)
            }
            return value
        }
        var value = 0
        let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else {
                throw .damaged("has a \(what) that is no number")
            }
            value = value << 3 | Int(digit & 7)
        }
        return value
    }
}

/// The records of a pax header that matter here.
struct PaxRecords {
    private(set) var path: [UInt8]?
    private(set) var link: [UInt8]?
    private(set) var size: Int?

    /// Reads records of the form `LENGTH KEY=VALUE\n`.
    init(_ bytes: [UInt8], isGlobal: Bool) throws(EntryFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let record = try Self.takeRecord(&rest)
            guard let equals = record.firstIndex(of: UInt8(ascii: "=")), equals > record.startIndex else {
                throw .damaged("has a pax record without a key and '='")
            }
            let key = String(decoding: record[..<equals], as: UTF8.self)
            try take(key, Array(record[(equals + 1)...]), isGlobal: isGlobal)
        }
    }

    private static func takeRecord(_ rest: inout ArraySlice<UInt8>) throws(EntryFault) -> ArraySlice<UInt8> {
        let digits = rest.prefix { $0 != UInt8(ascii: " ") }
        guard (1...8).contains(digits.count), let length = Int(String(decoding: digits, as: UTF8.self)),
            length > digits.count + 2, length <= rest.count,
            rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
        else { throw .damaged("has a pax record of a wrong length") }
        let record = rest[(digits.endIndex + 1)..<(rest.startIndex + length - 1)]
        rest = rest[(rest.startIndex + length)...]
        return record
    }

    private mutating func take(_ key: String, _ value: [UInt8], isGlobal: Bool) throws(EntryFault) {
        if key.hasPrefix("GNU.sparse.") { throw .unsupported("is a sparse file, which may be of any size") }
        if key.hasSuffix(".security.capability") { throw .unsafe("gives a file privileges (security.capability)") }
        guard ["path", "linkpath", "size"].contains(key) else { return }
        if isGlobal { throw .unsafe("has a global pax header that renames or resizes all entries") }
        switch key {
        case "path": path = value.isEmpty ? nil : value
        case "linkpath": link = value.isEmpty ? nil : value
        default:
            guard let number = Int(String(decoding: value, as: UTF8.self)), number >= 0 else {
                throw .damaged("has a size that is no number")
            }
            size = number
        }
    }
}
