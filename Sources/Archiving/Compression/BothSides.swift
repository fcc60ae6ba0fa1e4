internal import Digests

/// Counts and digests the bytes of a compressed file on their way, the stored ones and the content.
///
/// A class, because a `~Copyable` struct with a `deinit`, as the owners of libarchive's handles are, cannot give up a
/// part of itself, and a digest is used up when it is finished.
final class BothSides {
    private var stored: MeteredBytes?
    private var content: MeteredBytes?

    init() throws(DigestError) {
        stored = try MeteredBytes()
        content = try MeteredBytes()
    }

    var contentCount: Int { content?.count ?? 0 }

    func passStored(_ bytes: UnsafeRawBufferPointer) throws(DigestError) { try stored?.pass(bytes) }
    func passContent(_ bytes: UnsafeRawBufferPointer) throws(DigestError) { try content?.pass(bytes) }

    /// Both sides, once.
    func finish() throws(DigestError) -> CompressedFileFacts {
        guard let stored = stored.take(), let content = content.take() else {
            throw DigestError(operation: "finish", code: 0, message: "the digests were taken already")
        }
        let (bytes, sha256) = try stored.finish()
        let (uncompressedBytes, uncompressedSHA256) = try content.finish()
        return CompressedFileFacts(
            bytes: bytes, sha256: sha256, uncompressedBytes: uncompressedBytes, uncompressedSHA256: uncompressedSHA256)
    }
}

private struct MeteredBytes: ~Copyable {
    private(set) var count = 0
    private var hasher: SHA256Hasher

    init() throws(DigestError) { hasher = try SHA256Hasher() }

    mutating func pass(_ bytes: UnsafeRawBufferPointer) throws(DigestError) {
        try hasher.update(bytes)
        count += bytes.count
    }

    consuming func finish() throws(DigestError) -> (Int, SHA256Digest) {
        let count = count
        return (count, try hasher.finish())
    }
}
