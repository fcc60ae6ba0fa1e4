/// The layout of the gzip members made here: each says in its header how long it is and whether another one follows.
///
/// That is an extra field (RFC 1952, section 2.3.1.1) named `RB`, of four bytes: the length of the whole member, and the
/// highest bit for the last one. Other programs skip it. It lets a reader find the members without unpacking them, and
/// see that whole members are missing at the end.
struct GzipBlock: Hashable {
    /// How many bytes of the header libarchive writes, and how many the extra field adds to it.
    static let plainHeaderLength = 10
    static let addedLength = 10
    static let headerLength = plainHeaderLength + addedLength

    /// The length of the member with its header and trailer.
    let length: Int
    let isLast: Bool

    private static let lastMark: UInt32 = 1 << 31
    private static let hasExtraField: UInt8 = 4
    /// After the ten bytes: the length of all extra fields, this one's name, and the length of its content.
    private static let fieldStart: [UInt8] = [8, 0, UInt8(ascii: "R"), UInt8(ascii: "B"), 4, 0]

    init(length: Int, isLast: Bool) {
        self.length = length
        self.isLast = isLast
    }

    /// Reads the header of a member, or gives nothing when it is not one of this layout.
    init?(header: UnsafeRawBufferPointer) {
        guard header.count >= Self.headerLength, header.starts(with: [0x1F, 0x8B, 8, Self.hasExtraField]),
            header[Self.plainHeaderLength...].starts(with: Self.fieldStart)
        else { return nil }
        let word = UInt32(littleEndian: header.loadUnaligned(fromByteOffset: Self.headerLength - 4, as: UInt32.self))
        length = Int(word & ~Self.lastMark)
        isLast = word & Self.lastMark != 0
        guard length >= Self.headerLength + GzipTrailer.byteCount else { return nil }
    }

    /// Writes the header over the start of `member`, whose plain header lies ``addedLength`` bytes after its start.
    func write(over member: UnsafeMutableRawBufferPointer) {
        let plain = member[Self.addedLength..<(Self.addedLength + Self.plainHeaderLength)]
        UnsafeMutableRawBufferPointer(rebasing: member[..<Self.plainHeaderLength])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: plain))
        member[3] |= Self.hasExtraField
        for (index, byte) in Self.fieldStart.enumerated() { member[Self.plainHeaderLength + index] = byte }
        let word = UInt32(truncatingIfNeeded: length) | (isLast ? Self.lastMark : 0)
        member.storeBytes(of: word.littleEndian, toByteOffset: Self.headerLength - 4, as: UInt32.self)
    }
}
