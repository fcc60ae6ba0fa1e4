internal import CArchive
internal import SystemPackage

/// Unpacks single blocks in memory, and checks that each is exactly one whole gzip member or zstd frame.
struct BlockUnpacking: Sendable {
    let format: CompressedFormat
    /// What errors name.
    let path: FilePath

    /// Unpacks one block into `output` and says how long it is there.
    func unpack(_ block: BlockPipeline.Block, into output: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        guard let archive = archive_read_new() else { throw .failed("decompress", path, "no memory is left") }
        defer { archive_read_free(archive) }
        let filter = format == .gzip ? ARCHIVE_FILTER_GZIP : ARCHIVE_FILTER_ZSTD
        try check(archive_read_append_filter(archive, filter), archive)
        try check(archive_read_support_format_raw(archive), archive)
        try check(archive_read_open_memory(archive, block.bytes.baseAddress, block.bytes.count), archive)
        var entry: OpaquePointer?
        try check(archive_read_next_header(archive, &entry), archive)
        var count = 0
        while true {
            var (start, length, offset): (UnsafeRawPointer?, Int, Int64) = (nil, 0, 0)
            let code = archive_read_data_block(archive, &start, &length, &offset)
            if code == ARCHIVE_EOF { break }
            try check(code, archive)
            guard length <= output.count - count else { throw wrong("a block holds more than it says") }
            UnsafeMutableRawBufferPointer(rebasing: output[count...])
                .copyMemory(from: UnsafeRawBufferPointer(start: start, count: length))
            count += length
        }
        guard Int(archive_filter_bytes(archive, -1)) == block.bytes.count else {
            throw wrong("a block ends before the next one begins")
        }
        if format == .gzip { try checkTrailer(of: block.bytes, UnsafeRawBufferPointer(rebasing: output[..<count])) }
        return count
    }

    /// libarchive 3.6.2 skips the trailer unread.
    private func checkTrailer(of member: UnsafeRawBufferPointer, _ content: UnsafeRawBufferPointer) throws(ArchiveError)
    {
        var crc = CRC32()
        crc.update(content)
        let found = GzipTrailer(crc: crc.value, length: UInt32(truncatingIfNeeded: content.count))
        guard found == GzipTrailer(in: member, at: member.count - GzipTrailer.byteCount) else {
            throw wrong(GzipTrailers.mismatch)
        }
    }

    private func wrong(_ message: String) -> ArchiveError { .damaged("decompress", path, message) }

    private func check(_ code: Int32, _ archive: OpaquePointer) throws(ArchiveError) {
        if code == ARCHIVE_OK { return }
        throw .damaged(
            "decompress", path,
            archiveMessage(archive).map { "its content is damaged (\($0))" } ?? "a block is cut short", code: code)
    }
}
