internal import Glibc

/// What ends a member of a gzip stream (RFC 1952, section 2.3.1).
struct GzipTrailer: Hashable {
    static let byteCount = 8

    let crc: UInt32
    /// The length of the member's content modulo 2^32.
    let length: UInt32

    init(crc: UInt32, length: UInt32) {
        self.crc = crc
        self.length = length
    }

    /// Reads the trailer at an index; all of it must be there.
    init(in bytes: UnsafeRawBufferPointer, at index: Int) {
        crc = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
        length = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index + 4, as: UInt32.self))
    }
}

/// A place in the stored bytes where a member may begin, and the trailer before it if one does.
struct GzipSeam: Hashable {
    let position: Int
    let trailer: GzipTrailer
}

/// Checks the checksum and the length that end each member of a gzip stream, which libarchive 3.6.2 skips unread.
///
/// It watches the stored bytes for the places where members may begin, and the content for which of them are real.
struct GzipTrailers {
    static let bytesFollow = "other bytes follow the end of the compressed content"
    static let mismatch = "its content does not have the checksum (CRC-32) and length that are written with it"
    private static let magic: [UInt8] = [0x1F, 0x8B, 0x08]
    /// A member of nothing: header, an empty block, trailer.
    private static let shortestMember = 20

    private var members = GzipMembers()
    private var storedCount = 0
    /// The last stored bytes: a trailer and all of the magic but its last byte.
    private var tail: [UInt8] = []

    /// Looks at the next stored bytes, before libarchive does.
    mutating func noteStored(_ bytes: UnsafeRawBufferPointer) {
        let reach = GzipTrailer.byteCount + Self.magic.count - 1
        // Seams that lie across two blocks.
        let across = tail + bytes.prefix(reach)
        across.withUnsafeBytes { findSeams(in: $0, at: storedCount - tail.count, endingAfter: tail.count) }
        findSeams(in: bytes, at: storedCount, endingAfter: 0)
        storedCount += bytes.count
        tail = Array((tail + bytes.suffix(reach)).suffix(reach))
    }

    /// Follows the next bytes of the content; `consumed` is how many stored bytes libarchive has used for all so far.
    mutating func noteContent(
        _ bytes: UnsafeRawBufferPointer, consumed: Int, _ probe: GzipMembers.Probe
    ) throws(ArchiveError) {
        try members.follow(bytes, probe)
        members.forgetSeams(before: consumed)
    }

    /// Why the stream is not to be trusted now that it has ended, or nothing if it is whole.
    func fault(consumed: Int) -> String? {
        guard storedCount >= Self.shortestMember else { return "the file is cut short" }
        if consumed < storedCount { return Self.bytesFollow }
        let last = tail.suffix(GzipTrailer.byteCount).withUnsafeBytes { GzipTrailer(in: $0, at: 0) }
        if members.mayEnd(with: last) { return nil }
        return Self.mismatch
    }

    /// Notes the places in `bytes`, of which the first is at `start`, where the magic ends after index `first`.
    private mutating func findSeams(in bytes: UnsafeRawBufferPointer, at start: Int, endingAfter first: Int) {
        guard let base = bytes.baseAddress else { return }
        var index = max(GzipTrailer.byteCount, first - Self.magic.count + 1)
        while index + Self.magic.count <= bytes.count {
            guard let found = memchr(base + index, CInt(Self.magic[0]), bytes.count - Self.magic.count + 1 - index)
            else { return }
            index = base.distance(to: UnsafeRawPointer(found))
            if bytes[index + 1] == Self.magic[1], bytes[index + 2] == Self.magic[2] {
                let trailer = GzipTrailer(in: bytes, at: index - GzipTrailer.byteCount)
                members.note(GzipSeam(position: start + index, trailer: trailer))
            }
            index += 1
        }
    }
}
