/// Little-endian numbers at places in the records of a zip archive.
struct ZipBytes {
    let bytes: [UInt8]

    func number16(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
    func number32(_ offset: Int) -> Int { number16(offset) | number16(offset + 2) << 16 }

    /// A number of 64 bits that also is a length or a position; nothing if it is too large to be one.
    func number64(_ offset: Int) -> Int? {
        let high = number32(offset + 4)
        return high < 1 << 31 ? number32(offset) | high << 32 : nil
    }

    func hasSignature(_ kind: (UInt8, UInt8), at offset: Int = 0) -> Bool {
        bytes.count >= offset + 4 && bytes[offset..<(offset + 4)] == [0x50, 0x4B, kind.0, kind.1]
    }

    subscript(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }
}
