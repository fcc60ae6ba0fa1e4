internal import CArchive
internal import SystemPackage

/// Compresses single blocks in memory, each to a gzip member or zstd frame of its own.
struct BlockCompression: Sendable {
    let compression: Compression
    /// What errors name.
    let path: FilePath
    /// So many threads at most, beside the one that passes the blocks on.
    var threadLimit = Int.max

    /// How much content a block has, of which the last may have less.
    ///
    /// What repeats is found only within a block: the slow levels, which look further back, get larger ones.
    var blockLength: Int {
        switch compression {
        case .none, .gzip: 1 << 20
        case .zstd(let level, _): level < 10 ? 1 << 20 : BlockIndex.largestContent
        }
    }

    /// How many bytes a compressed block has at most: what does not compress is stored, with a few bytes for each 16 KiB.
    var outputLength: Int { blockLength + blockLength / 256 + 4096 }

    /// How many blocks are worked on at once.
    var threads: Int {
        let usual =
            switch compression {
            case .none: 1
            case .gzip: min(WorkerThread.coreCount, 8)
            case .zstd(_, let threads): threads
            }
        return min(usual, threadLimit)
    }

    /// Refuses numbers that no compression has.
    func validate() throws(ArchiveError) {
        switch compression {
        case .none:
            break
        case .gzip(let level):
            try require(Compression.gzipLevels.contains(level), "gzip has no level \(level); it has 1 to 9")
        case .zstd(let level, let threads):
            try require(Compression.zstdLevels.contains(level), "zstd level \(level) is not in 1 to 19")
            try require(Compression.zstdThreads.contains(threads), "\(threads) threads for zstd are not in 1 to 64")
        }
    }

    /// Compresses one block into `output` and says how long it is there.
    func compress(_ block: BlockPipeline.Block, into output: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int
    {
        let isGzip = compression.format == .gzip
        let added = isGzip ? GzipBlock.addedLength : 0
        let sink = BlockSink(UnsafeMutableRawBufferPointer(rebasing: output[added...]))
        let stream = try BlockStream.begin(compression, into: sink, path: path)
        try stream.write(block.bytes)
        try stream.finish()
        let count = sink.count + added
        if isGzip { GzipBlock(length: count, isLast: block.isLast).write(over: output) }
        return count
    }

    private func require(_ condition: Bool, _ message: String) throws(ArchiveError) {
        if !condition { throw .failed("compress", path, message) }
    }
}

/// Where libarchive's output goes: memory that someone else owns.
///
/// A class, because libarchive keeps a pointer to it.
private final class BlockSink {
    private let room: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ room: UnsafeMutableRawBufferPointer) { self.room = room }

    /// libarchive's `archive_write_callback`: the count of the bytes taken, negative when there is no room.
    static func write(
        _ archive: OpaquePointer?, _ client: UnsafeMutableRawPointer?, _ buffer: UnsafeRawPointer?, _ count: Int
    ) -> Int {
        guard let client, let buffer else { return -1 }
        let sink = Unmanaged<BlockSink>.fromOpaque(client).takeUnretainedValue()
        guard count <= sink.room.count - sink.count else {
            shim_archive_set_error(archive, ARCHIVE_FATAL, "a block grew by compression more than it can")
            return -1
        }
        UnsafeMutableRawBufferPointer(rebasing: sink.room[sink.count...])
            .copyMemory(from: UnsafeRawBufferPointer(start: buffer, count: count))
        sink.count += count
        return count
    }
}

/// libarchive compressing one stream; the owner of its handle.
private struct BlockStream: ~Copyable {
    private let archive: OpaquePointer
    private let sink: BlockSink
    private let path: FilePath

    private init(owning archive: OpaquePointer, _ sink: BlockSink, _ path: FilePath) {
        self.archive = archive
        self.sink = sink
        self.path = path
    }

    deinit { archive_write_free(archive) }

    static func begin(
        _ compression: Compression, into sink: BlockSink, path: FilePath
    ) throws(ArchiveError) -> BlockStream {
        guard let archive = archive_write_new() else { throw .failed("compress", path, "no memory is left") }
        let stream = BlockStream(owning: archive, sink, path)
        try stream.configure(compression)
        try stream.open()
        return stream
    }

    borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
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

    borrowing func finish() throws(ArchiveError) { try check(archive_write_close(archive)) }

    private func configure(_ compression: Compression) throws(ArchiveError) {
        try check(archive_write_set_format_raw(archive))
        switch compression {
        case .none:
            break
        case .gzip(let level):
            try check(archive_write_add_filter_gzip(archive))
            try set("compression-level", "\(level)")
            // No value means no time stamp in the header.
            try set("timestamp", nil)
        case .zstd(let level, _):
            try check(archive_write_add_filter_zstd(archive))
            try set("compression-level", "\(level)")
        }
        try check(archive_write_set_bytes_per_block(archive, 1 << 16))
        // The last block is not padded.
        try check(archive_write_set_bytes_in_last_block(archive, 1))
    }

    private func open() throws(ArchiveError) {
        let client = Unmanaged.passUnretained(sink).toOpaque()
        try check(archive_write_open2(archive, client, nil, { BlockSink.write($0, $1, $2, $3) }, nil, nil))
        guard let entry = archive_entry_new() else { throw .failed("compress", path, "no memory is left") }
        defer { archive_entry_free(entry) }
        archive_entry_set_filetype(entry, shim_AE_IFREG)
        archive_entry_set_pathname(entry, "content")
        try check(archive_write_header(archive, entry))
    }

    private func set(_ option: String, _ value: String?) throws(ArchiveError) {
        try check(archive_write_set_filter_option(archive, nil, option, value))
    }

    private func check(_ code: Int32) throws(ArchiveError) {
        if code == ARCHIVE_OK { return }
        throw .failed("compress", path, archiveMessage(archive) ?? "libarchive gives no reason", code: code)
    }
}
