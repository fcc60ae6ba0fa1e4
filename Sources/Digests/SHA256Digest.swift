/// The SHA-256 digest of some bytes (FIPS 180-4): 32 bytes, written as 64 lower-case hexadecimal digits.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a digest has.
    package static let byteCount = 32

    // Big-endian words: four integers compare and hash without an array on the heap.
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// Takes a finished digest, or nothing if there are not exactly 32 bytes.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
        (first, second, third, fourth) = (words[0], words[1], words[2], words[3])
    }

    /// Reads 64 hexadecimal digits of either case, as `sha256sum` prints them, and nothing else.
    package init?(hex: some StringProtocol) {
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in hex.utf8 {
            guard let value = Self.value(ofHexDigit: digit), bytes.count < Self.byteCount else { return nil }
            if let upper = high {
                bytes.append(upper << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil else { return nil }
        self.init(bytes: bytes)
    }

    /// Computes the digest of bytes that are all in memory.
    ///
    /// - Throws: ``DigestError`` when libcrypto fails.
    package init(of bytes: [UInt8]) throws(DigestError) { try self.init(of: bytes[...]) }

    /// Computes the digest of a part of some bytes.
    ///
    /// - Throws: ``DigestError`` when libcrypto fails.
    package init(of bytes: ArraySlice<UInt8>) throws(DigestError) {
        var hasher = try SHA256Hasher()
        try hasher.update(bytes: bytes)
        self = try hasher.finish()
    }

    /// The 32 bytes in order.
    package var bytes: [UInt8] {
        [first, second, third, fourth].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
        }
    }

    /// The digest as 64 lower-case hexadecimal digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    package var description: String { hex }

    private static func value(ofHexDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension SHA256Digest: Codable {
    /// Decodes the 64 hexadecimal digits of a JSON or YAML string.
    ///
    /// - Throws: `DecodingError.dataCorrupted` when the text is anything else.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Self(hex: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text.prefix(80))' is not a SHA-256 digest, which has 64 hexadecimal digits")
        }
        self = digest
    }

    /// Encodes the digest as one string of 64 lower-case hexadecimal digits.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}
