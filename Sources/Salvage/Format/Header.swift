/// What the first 100 bytes say, as far as it can be believed (sqlite.org/fileformat2.html, 1.3).
struct Header {
    /// Bytes of the start of the file, fewer than 100 if it is shorter.
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = Array(bytes.prefix(100)) }

    private func long(_ position: Int) -> Int {
        guard position + 4 <= bytes.count else { return 0 }
        return bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    /// Whether it is a header at all, and not rubbish or zeros: two of three signs are there.
    var isCredible: Bool {
        guard bytes.count == 100 else { return false }
        let magic = Array("SQLite format 3".utf8) + [0]
        let signs = [
            zip(bytes, magic).count { $0 == $1 } >= 12, Array(bytes[21..<24]) == [64, 32, 32],
            pageSize != nil && (1...3).contains(long(56)) && (1...4).contains(long(44)),
        ]
        return signs.count { $0 } >= 2
    }

    var pageSize: Int? {
        guard bytes.count == 100 else { return nil }
        let size = Int(bytes[16]) << 8 | Int(bytes[17])
        if size == 1 { return 65_536 }
        return size >= 512 && size & (size - 1) == 0 ? size : nil
    }

    var reserved: Int { bytes.count == 100 ? Int(bytes[20]) : 0 }
    var firstTrunk: Int { isCredible ? long(32) : 0 }
    var freePages: Int { isCredible ? long(36) : 0 }
    var encoding: TextEncoding? { isCredible ? TextEncoding(rawValue: long(56)) : nil }
    /// Full is 1, incremental 2, as `PRAGMA auto_vacuum` has it.
    var autoVacuum: Int { isCredible && long(52) != 0 ? (long(64) != 0 ? 2 : 1) : 0 }
    var userVersion: Int { isCredible ? Int(Int32(truncatingIfNeeded: long(60))) : 0 }
    var applicationID: Int { isCredible ? Int(Int32(truncatingIfNeeded: long(68))) : 0 }
}
