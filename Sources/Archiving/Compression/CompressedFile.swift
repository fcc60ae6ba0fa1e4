internal import DurableFiles
package import SystemPackage

/// Whole files, compressed and decompressed: the destination appears complete and synced, or not at all.
package enum CompressedFile {
    /// How many bytes pass between two looks at cancellation.
    private static let chunk = 1 << 20

    /// Compresses the file at `source` into a new file at `destination`, which the caller may replace or refuse to.
    ///
    /// `progress` hears the fraction of the source that is done, from 0 to 1, about once for each MiB.
    ///
    /// - Throws: ``ArchiveError``, `FileError`, or `CancellationError` within a chunk of the task's cancellation.
    @concurrent
    package static func compress(
        at source: FilePath, to destination: FilePath, compression: Compression,
        permissions: FilePermissions = .ownerReadWrite, replacing: Bool = true,
        progress: @Sendable (Double) -> Void = { _ in }
    ) async throws -> CompressedFileFacts {
        let input = try OpenFile.reading(source)
        let total = try input.facts().size
        let temporary = try TemporaryFile.create(beside: destination, permissions: permissions)
        var writer = try CompressedFileWriter.begin(compression, into: temporary.descriptor, path: destination)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 4096)
        defer { buffer.deallocate() }
        var done = 0
        while case let count = try input.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            done += count
            progress(fraction(done, of: total))
        }
        let facts = try writer.finish()
        try Task.checkCancellation()
        try temporary.publish(as: destination, replacing: replacing)
        return facts
    }

    /// Unpacks the file at `source`, plain, gzip or zstd, into a new file at `destination`.
    ///
    /// `limit` is the most bytes of content that may come out. `progress` hears the fraction of the source that is
    /// done.
    ///
    /// - Throws: ``ArchiveError``, `FileError`, or `CancellationError` within a chunk of the task's cancellation.
    @concurrent
    package static func decompress(
        at source: FilePath, as format: CompressedFormat? = nil, to destination: FilePath, limit: Int,
        permissions: FilePermissions = .ownerReadWrite, replacing: Bool = true,
        progress: @Sendable (Double) -> Void = { _ in }
    ) async throws -> CompressedFileFacts {
        var reader = try CompressedFileReader.open(source, as: format, limit: limit)
        let total = try FileFacts.of(source, followingLinks: true)?.size ?? 0
        let temporary = try TemporaryFile.create(beside: destination, permissions: permissions)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 4096)
        defer { buffer.deallocate() }
        while case let count = try reader.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            do throws(FileError) {
                try temporary.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            } catch {
                throw FileError(operation: "write", path: destination, errno: error.errno)
            }
            progress(fraction(reader.storedBytesRead, of: total))
        }
        let facts = try reader.finish()
        try Task.checkCancellation()
        try temporary.publish(as: destination, replacing: replacing)
        return facts
    }

    /// Unpacks a file to nowhere: it is whole, or the error says why not.
    ///
    /// - Throws: ``ArchiveError``, or `CancellationError` within a chunk of the task's cancellation.
    @concurrent
    package static func verify(
        at path: FilePath, as format: CompressedFormat? = nil, limit: Int
    ) async throws -> CompressedFileFacts {
        var reader = try CompressedFileReader.open(path, as: format, limit: limit)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 4096)
        defer { buffer.deallocate() }
        while try reader.read(into: buffer) > 0 { try Task.checkCancellation() }
        return try reader.finish()
    }

    private static func fraction(_ done: Int, of total: Int) -> Double {
        // A file may grow while it is read.
        total > 0 ? min(1, Double(done) / Double(total)) : 1
    }
}
