package import Digests

/// A digest as it lies in an index; it becomes a value of its own only where it is looked at.
///
/// Lists and retention read 100,000 sets and no digest of any.
@propertyWrapper
package struct PackedDigest: Hashable, Sendable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package init(wrappedValue: SHA256Digest) { self = wrappedValue.bytes.withUnsafeBytes { Self($0) } }

    /// Takes the first 32 bytes; there must be so many.
    init(_ bytes: UnsafeRawBufferPointer) {
        first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    package var wrappedValue: SHA256Digest {
        let digest = withUnsafeBytes(of: (first, second, third, fourth)) { SHA256Digest(bytes: $0) }
        guard let digest else { preconditionFailure("32 bytes are a digest") }
        return digest
    }
}

extension PackedDigest: Codable {
    package init(from decoder: any Decoder) throws { self.init(wrappedValue: try SHA256Digest(from: decoder)) }

    package func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}
