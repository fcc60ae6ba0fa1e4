package import Digests

/// The two sides of a compressed file: what is stored and what it unpacks to; the same for an uncompressed one.
package struct CompressedFileFacts: Hashable, Sendable, Codable {
    /// The stored size in bytes.
    package let bytes: Int
    /// The digest of the stored bytes, as `sha256sum FILE` gives it.
    package let sha256: SHA256Digest
    /// The size in bytes of the content.
    package let uncompressedBytes: Int
    /// The digest of the content, as `gunzip -c FILE | sha256sum` gives it.
    package let uncompressedSHA256: SHA256Digest
}
