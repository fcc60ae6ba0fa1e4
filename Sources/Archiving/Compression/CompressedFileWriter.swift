internal import CArchive
internal import Digests
internal import Glibc
package import SystemPackage

/// Compresses one stream of bytes into an open file; the owner of libarchive's handle.
///
/// Only a stream whose ``finish()`` returned is whole. The same bytes and settings give the same output: no time and no
/// name is in it. zstd output made here has no checksum of its own, so a flipped bit in it may unpack without an error:
/// compare with the digest of ``CompressedFileFacts``.
package struct CompressedFileWriter: ~Copyable {
    private let archive: OpaquePointer
    private let output: CompressedOutput
    private var isFinished = false

    private init(owning archive: OpaquePointer, output: CompressedOutput) {
        self.archive = archive
        self.output = output
    }

    deinit {
        // An unfinished stream must not be rounded off to look like a whole one.
        if !isFinished { archive_write_fail(archive) }
        archive_write_free(archive)
    }

    /// Starts a stream at the current position of a file that its owner keeps open until the stream is finished.
    ///
    /// `path` is what errors name. Nothing is synced: that is for the owner of the file, after ``finish()``.
    ///
    /// - Throws: ``ArchiveError`` when the compression's numbers are out of range or there is no memory.
    package static func begin(
        _ compression: Compression, into descriptor: FileDescriptor, path: FilePath
    ) throws(ArchiveError) -> CompressedFileWriter {
        let output: CompressedOutput
        do throws(DigestError) {
            output = CompressedOutput(descriptor, path: path, sides: try BothSides())
        } catch {
            throw .failed("compress", path, error)
        }
        guard let archive = archive_write_new() else { throw .failed("compress", path, "no memory is left") }
        let writer = CompressedFileWriter(owning: archive, output: output)
        try writer.configure(compression)
        try writer.open()
        return writer
    }

    /// Compresses the next bytes.
    ///
    /// - Throws: ``ArchiveError`` when the disk is full or fails.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard !bytes.isEmpty else { return }
        do throws(DigestError) { try output.sides.passContent(bytes) } catch {
            throw .failed("compress", output.path, error)
        }
        var rest = bytes
        while !rest.isEmpty {
            let count = archive_write_data(archive, rest.baseAddress, rest.count)
            guard count > 0 else {
                try check(count < 0 ? Int32(count) : ARCHIVE_FATAL)
                return
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Compresses the next bytes.
    ///
    /// - Throws: ``ArchiveError`` when the disk is full or fails.
    package mutating func write(_ bytes: [UInt8]) throws(ArchiveError) {
        // A typed error does not pass through the closure of an array.
        var failure: ArchiveError?
        bytes.withUnsafeBytes { buffer in
            do throws(ArchiveError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Ends the stream and tells both of its sides; the file is complete but not yet synced.
    ///
    /// - Throws: ``ArchiveError`` when the disk is full or fails.
    package consuming func finish() throws(ArchiveError) -> CompressedFileFacts {
        try check(archive_write_close(archive))
        isFinished = true
        do throws(DigestError) { return try output.sides.finish() } catch {
            throw .failed("compress", output.path, error)
        }
    }

    private func configure(_ compression: Compression) throws(ArchiveError) {
        try check(archive_write_set_format_raw(archive))
        switch compression {
        case .none:
            break
        case .gzip(let level):
            try require(Compression.gzipLevels.contains(level), "gzip has no level \(level); it has 1 to 9")
            try check(archive_write_add_filter_gzip(archive))
            try set("compression-level", "\(level)")
            // No value means no time stamp in the header.
            try set("timestamp", nil)
        case .zstd(let level, let threads):
            try require(Compression.zstdLevels.contains(level), "zstd level \(level) is not in 1 to 19")
            try require(Compression.zstdThreads.contains(threads), "\(threads) threads for zstd are not in 1 to 64")
            try check(archive_write_add_filter_zstd(archive))
            try set("compression-level", "\(level)")
            // To libarchive 0 means none beside the caller; an older one does not know the option.
            if threads > 1 { try set("threads", "\(threads)") }
        }
        try check(archive_write_set_bytes_per_block(archive, 1 << 20))
        // The last block is not padded.
        try check(archive_write_set_bytes_in_last_block(archive, 1))
    }

    private func open() throws(ArchiveError) {
        let client = Unmanaged.passUnretained(output).toOpaque()
        try check(archive_write_open2(archive, client, nil, { CompressedOutput.write($0, $1, $2, $3) }, nil, nil))
        guard let entry = archive_entry_new() else { throw .failed("compress", output.path, "no memory is left") }
        defer { archive_entry_free(entry) }
        archive_entry_set_filetype(entry, shim_AE_IFREG)
        archive_entry_set_pathname(entry, "content")
        try check(archive_write_header(archive, entry))
    }

    private func set(_ option: String, _ value: String?) throws(ArchiveError) {
        try check(archive_write_set_filter_option(archive, nil, option, value))
    }

    private func require(_ condition: Bool, _ message: String) throws(ArchiveError) {
        if !condition { throw .failed("compress", output.path, message) }
    }

    private func check(_ code: Int32) throws(ArchiveError) {
        if code == ARCHIVE_OK { return }
        if let failure = output.failure { throw failure }
        throw .failed("compress", output.path, archiveMessage(archive) ?? "libarchive gives no reason", code: code)
    }
}
