/// Where the blocks of a compressed file lie, when it is made of blocks that can be unpacked each by itself.
///
/// Finding them unpacks nothing: gzip members of our layout tell their length, and zstd frames list theirs block by
/// block. Files of another make have no index and are unpacked as one stream.
struct BlockIndex {
    /// No block that is unpacked in memory holds more content than this.
    static let largestContent = 8 << 20
    /// More blocks than this are not kept in memory: a terabyte of content.
    private static let most = 1 << 20

    /// Where each block lies in the file; together they are the whole file.
    private(set) var ranges: [Range<Int>] = []
    private(set) var largestStored = 0
    /// No block holds more content than this.
    private(set) var largestContent = 0

    /// Finds the blocks of a file, or gives nothing if it is not made of two or more.
    ///
    /// - Throws: ``ArchiveError``, of kind `damaged` when the file is of our layout and lacks its last blocks.
    static func of(_ file: StoredFile, _ format: CompressedFormat) throws(ArchiveError) -> BlockIndex? {
        switch format {
        case .plain: nil
        case .gzip: try ofGzip(file)
        case .zstd: try ofZstd(file)
        }
    }

    private mutating func append(_ range: Range<Int>, content: Int) -> Bool {
        guard (1...Self.largestContent).contains(content), ranges.count < Self.most,
            range.count <= Self.largestContent + Self.largestContent / 8
        else { return false }
        ranges.append(range)
        largestStored = max(largestStored, range.count)
        largestContent = max(largestContent, content)
        return true
    }

    private static func ofGzip(_ file: StoredFile) throws(ArchiveError) -> BlockIndex? {
        var index = BlockIndex()
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: GzipTrailer.byteCount + GzipBlock.headerLength, alignment: 16)
        defer { buffer.deallocate() }
        var position = 0
        var count = try file.readAll(into: .init(rebasing: buffer[..<GzipBlock.headerLength]), at: 0)
        guard var block = GzipBlock(header: UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return nil }
        while true {
            // The end of this member and, if there is one, the start of the next.
            let end = position + block.length
            count = try file.readAll(into: buffer, at: end - GzipTrailer.byteCount)
            guard count >= GzipTrailer.byteCount else { return nil }
            let trailer = GzipTrailer(in: UnsafeRawBufferPointer(buffer), at: 0)
            guard index.append(position..<end, content: Int(trailer.length)) else { return nil }
            if count == GzipTrailer.byteCount {
                guard block.isLast else {
                    throw .damaged("decompress", file.path, "the file is cut short: its last blocks are missing")
                }
                return index.ranges.count > 1 ? index : nil
            }
            let header = UnsafeRawBufferPointer(rebasing: buffer[GzipTrailer.byteCount..<count])
            guard let next = GzipBlock(header: header) else { return nil }
            (position, block) = (end, next)
        }
    }

    private static func ofZstd(_ file: StoredFile) throws(ArchiveError) -> BlockIndex? {
        var index = BlockIndex()
        var position = 0
        while true {
            guard let frame = try ZstdFrame.read(file, at: position) else { return nil }
            guard index.append(position..<frame.end, content: frame.largestContent) else { return nil }
            position = frame.end
            if frame.isAtEnd { return index.ranges.count > 1 ? index : nil }
        }
    }
}
