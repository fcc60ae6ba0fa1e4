/// Divides the content of a gzip stream into members by the trailers that may belong to it.
///
/// libarchive does not tell where a member ends, and not every seam is real: a stored gzip file may lie in the content.
/// So a seam is taken for real when the content since the last real one has the length and the checksum of its trailer
/// and the stored bytes between the two, unpacked alone, end there. A damaged member makes no seam real, so that at the
/// end of the stream the last trailer is wrong for what follows the last real one.
struct GzipMembers {
    /// Whether a range of the stored bytes unpacks alone to exactly so many bytes of content.
    typealias Probe = (_ stored: Range<Int>, _ length: Int) throws(ArchiveError) -> Bool

    /// Of the content since the last real seam.
    private var crc = CRC32()
    /// The length of that content.
    private var length = 0
    /// The position of the last real seam in the stored bytes.
    private var start = 0
    /// The seams in stored bytes that libarchive has not used yet.
    private var seams: [GzipSeam] = []

    mutating func note(_ seam: GzipSeam) {
        // A member of nothing changes nothing, and eight zeros before the magic are often not a trailer.
        if seam.trailer.length > 0 { seams.append(seam) }
    }

    /// Follows the next bytes of the content; the seams in the stored bytes that they came from must have been noted.
    mutating func follow(_ bytes: UnsafeRawBufferPointer, _ probe: Probe) throws(ArchiveError) {
        var rest = bytes
        while !rest.isEmpty {
            let now = UInt32(truncatingIfNeeded: length)
            // To the next place where one of the seams could be real.
            let step = seams.lazy.filter { $0.trailer.length != now }.map { Int($0.trailer.length &- now) }.min()
            let count = min(step ?? rest.count, rest.count)
            crc.update(UnsafeRawBufferPointer(rebasing: rest[..<count]))
            length += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            try takeMatch(probe)
        }
    }

    /// Drops the seams that libarchive has gone past: all content before them was followed.
    mutating func forgetSeams(before position: Int) {
        seams.removeFirst(seams.prefix { $0.position < position }.count)
    }

    /// Whether the stream may end here with this trailer.
    func mayEnd(with trailer: GzipTrailer) -> Bool {
        trailer == GzipTrailer(crc: crc.value, length: UInt32(truncatingIfNeeded: length))
    }

    private mutating func takeMatch(_ probe: Probe) throws(ArchiveError) {
        // A short member may be the beginning of a longer one before it, so the first match need not be the real one.
        for (index, seam) in seams.enumerated() where mayEnd(with: seam.trailer) {
            guard try probe(start..<seam.position, length) else { continue }
            seams.removeFirst(index + 1)
            crc = CRC32()
            length = 0
            start = seam.position
            return
        }
    }
}
