import Digests
import DurableFiles
import SystemPackage

/// The length and digest of a file of this host.
struct FileFingerprint: Hashable, Sendable {
    let bytes: Int
    let sha256: SHA256Digest

    /// Reads the whole file.
    ///
    /// - Throws: `FileError`, `DigestError`, `CancellationError`.
    @concurrent
    static func of(_ path: FilePath) async throws -> FileFingerprint {
        let file = try OpenFile.reading(path)
        var hasher = try SHA256Hasher()
        var bytes = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        while case let count = try file.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            try hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            bytes += count
        }
        return FileFingerprint(bytes: bytes, sha256: try hasher.finish())
    }
}
