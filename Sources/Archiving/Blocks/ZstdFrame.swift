/// How far a zstd frame goes (RFC 8878, section 3.1.1), by the headers of the frame and its blocks.
struct ZstdFrame {
    private static let magic: UInt32 = 0xFD2F_B528
    /// Magic, descriptor, window, dictionary and content size at their longest.
    private static let longestHeader = 18
    private static let largestBlock = 128 << 10
    /// The window that a decoder has to have at hand (section 3.1.1.1.2).
    private static let largestWindow = 8 << 20

    let end: Int
    /// Each block has at most 128 KiB of content.
    let largestContent: Int
    /// Whether the file ends with the frame.
    let isAtEnd: Bool

    /// Follows the frame at a position; nothing when there is none, or one that needs much memory, or it is cut short.
    static func read(_ file: StoredFile, at start: Int) throws(ArchiveError) -> ZstdFrame? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: longestHeader, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.readAll(into: buffer, at: start)
        guard let header = headerLength(UnsafeRawBufferPointer(rebasing: buffer[..<count])) else { return nil }
        let hasChecksum = buffer[4] & 4 != 0
        var (position, blocks) = (start + header, 0)
        while true {
            let size = try file.readAll(into: .init(rebasing: buffer[..<4]), at: position)
            guard size >= 3, blocks < BlockIndex.largestContent / largestBlock else { return nil }
            let word = Int(buffer[0]) | Int(buffer[1]) << 8 | Int(buffer[2]) << 16
            let kind = word >> 1 & 3
            guard kind < 3 else { return nil }
            blocks += 1
            // A block of one repeated byte has only that byte.
            position += 3 + (kind == 1 ? 1 : word >> 3)
            if word & 1 == 0 { continue }
            if blocks == 1, word >> 3 == 0 { return nil }  // A frame of nothing.
            position += hasChecksum ? 4 : 0
            let beyond = try file.readAll(into: .init(rebasing: buffer[..<2]), at: position - 1)
            guard beyond > 0 else { return nil }
            return ZstdFrame(end: position, largestContent: blocks * largestBlock, isAtEnd: beyond == 1)
        }
    }

    private static func headerLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 6, UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) == magic else { return nil }
        let descriptor = bytes[4]
        let isSingleSegment = descriptor & 0x20 != 0
        let dictionary = [0, 1, 2, 4][Int(descriptor & 3)]
        let size = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
        // A single segment's window is its content, which the count of the blocks bounds.
        if !isSingleSegment {
            let window = Int(bytes[5])
            let base = 1 << (10 + (window >> 3))
            guard base + base / 8 * (window & 7) <= largestWindow else { return nil }
        }
        return 5 + (isSingleSegment ? 0 : 1) + dictionary + size
    }
}
