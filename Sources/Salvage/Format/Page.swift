/// The bytes of one page, none of which is read without looking whether it is there.
struct Page {
    /// Counts from 1, as SQLite does.
    let number: Int
    let bytes: [UInt8]
    /// The size of the page without the bytes reserved at its end.
    let usable: Int

    func byte(at position: Int) -> Int? {
        position >= 0 && position < usable ? Int(bytes[position]) : nil
    }

    func short(at position: Int) -> Int? {
        guard position >= 0, position + 2 <= usable else { return nil }
        return Int(bytes[position]) << 8 | Int(bytes[position + 1])
    }

    func long(at position: Int) -> Int? {
        guard position >= 0, position + 4 <= usable else { return nil }
        return bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    func varint(at position: Int) -> Varint? { Varint(bytes, at: position, limit: usable) }
}

/// A whole number of one to nine bytes (sqlite.org/fileformat2.html, 1.6).
struct Varint {
    let value: Int64
    /// How many bytes it takes.
    let length: Int

    /// Nothing if it does not end before `limit`.
    init?(_ bytes: [UInt8], at position: Int, limit: Int) {
        guard position >= 0 else { return nil }
        var value: UInt64 = 0
        for index in 0..<9 {
            guard position + index < min(limit, bytes.count) else { return nil }
            let byte = bytes[position + index]
            if index == 8 {
                value = value << 8 | UInt64(byte)
            } else {
                value = value << 7 | UInt64(byte & 0x7f)
            }
            if index == 8 || byte < 0x80 {
                (self.value, length) = (Int64(bitPattern: value), index + 1)
                return
            }
        }
        return nil
    }
}
