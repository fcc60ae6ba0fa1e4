/// One entry of a zip archive's central directory (APPNOTE.TXT, section 4.3.12).
struct ZipEntry {
    static let headerLength = 46
    private static let localLength = 30
    private static let missing32 = 0xFFFF_FFFF

    let name: [UInt8]
    let flags: Int
    let method: Int
    let crc: UInt32
    let compressedSize: Int
    let size: Int
    let localOffset: Int
    /// The Unix mode with the kind of file, 0 if the archive was made elsewhere.
    let mode: UInt32

    /// Reads the entry at an offset of the directory.
    init(_ directory: ZipBytes, at offset: Int) throws(EntryFault) {
        guard directory.hasSignature((1, 2), at: offset), offset + Self.headerLength <= directory.bytes.count else {
            throw .damaged("its list of entries is damaged")
        }
        let lengths = [28, 30, 32].map { directory.number16(offset + $0) }
        let end = offset + Self.headerLength + lengths.reduce(0, +)
        guard end <= directory.bytes.count else { throw .damaged("its list of entries is cut short") }
        let nameEnd = offset + Self.headerLength + lengths[0]
        name = directory[(offset + Self.headerLength)..<nameEnd]
        flags = directory.number16(offset + 8)
        method = directory.number16(offset + 10)
        crc = UInt32(directory.number32(offset + 16))
        var wide = Zip64(ZipBytes(bytes: directory[nameEnd..<(nameEnd + lengths[1])]))
        // The large values come in this order, and only those that do not fit their field.
        size = try wide.value(directory.number32(offset + 24))
        compressedSize = try wide.value(directory.number32(offset + 20))
        localOffset = try wide.value(directory.number32(offset + 42))
        guard directory.number16(offset + 34) == 0 else { throw .unsupported("goes on in another volume") }
        let isUnix = [3, 19].contains(directory.bytes[offset + 5])
        mode = isUnix ? UInt32(directory.number32(offset + 38) >> 16) : 0
    }

    /// The length of the entry's record in the directory.
    static func length(_ directory: ZipBytes, at offset: Int) -> Int {
        headerLength + [28, 30, 32].map { directory.number16(offset + $0) }.reduce(0, +)
    }

    /// Where the entry's content lies, by a local header that says the same as the directory.
    func contentRange(in file: StoredFile, before directoryStart: Int) throws -> Range<Int> {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.localLength + 65_535, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.readAll(into: buffer, at: localOffset)
        let local = ZipBytes(bytes: Array(buffer[..<count]))
        guard count > Self.localLength, local.hasSignature((3, 4)),
            case let nameEnd = Self.localLength + local.number16(26), nameEnd <= count
        else { throw fault(.damaged("is not where the list of entries has it")) }
        guard local[Self.localLength..<nameEnd] == name else {
            throw fault(.damaged("has another name in the list of entries than with its content"))
        }
        guard local.number16(6) == flags, local.number16(8) == method else {
            throw fault(.damaged("is packed in another way than the list of entries has it"))
        }
        // With bit 3 the sizes follow the content; in wide entries they are in another field.
        let isStreamed = flags & 8 != 0
        let stated = [local.number32(14), local.number32(18), local.number32(22)]
        for (index, expected) in [Int(crc), compressedSize, size].enumerated() {
            let isLeftOut = isStreamed && stated[index] == 0 || index > 0 && stated[index] == Self.missing32
            guard isLeftOut || stated[index] == expected else {
                throw fault(.damaged("has another size or checksum in the list of entries than with its content"))
            }
        }
        let start = localOffset + nameEnd + local.number16(28)
        guard start <= directoryStart, compressedSize <= directoryStart - start else {
            throw fault(.damaged("does not end before the list of entries"))
        }
        return start..<(start + compressedSize)
    }

    /// What the entry is; a name that ends with a slash is that of a folder.
    func kind() throws(EntryFault) -> ZipEntryKind {
        guard flags & 0x2041 == 0 else { throw .unsupported("is encrypted") }
        guard [0, 8].contains(method) else { throw .unsupported("is packed by method \(method)") }
        let isFolderName = name.last == UInt8(ascii: "/")
        switch mode & 0o170000 {
        case 0: return isFolderName ? .folder : .file
        case 0o040000: return .folder
        case 0o120000: return .symbolicLink
        case 0o100000:
            guard !isFolderName else { throw .damaged("is a file with the name of a folder") }
            return .file
        case 0o010000: throw .unsafe("is a named pipe")
        case 0o020000, 0o060000: throw .unsafe("is a device")
        default: throw .unsupported("is of a kind that is not known")
        }
    }

    private func fault(_ fault: EntryFault) -> EntryProblem { EntryProblem(name: name, fault: fault) }
}

enum ZipEntryKind {
    case file, folder, symbolicLink
}

/// The field of an entry for what does not fit 32 bits (APPNOTE.TXT, section 4.5.3).
private struct Zip64 {
    private let field: ZipBytes?
    private var offset = 0

    init(_ extra: ZipBytes) {
        var (position, found): (Int, ZipBytes?) = (0, nil)
        while position + 4 <= extra.bytes.count {
            let end = position + 4 + extra.number16(position + 2)
            guard end <= extra.bytes.count else { break }
            if extra.number16(position) == 1, found == nil { found = ZipBytes(bytes: extra[(position + 4)..<end]) }
            position = end
        }
        field = found
    }

    mutating func value(_ short: Int) throws(EntryFault) -> Int {
        guard short == 0xFFFF_FFFF else { return short }
        guard let field, offset + 8 <= field.bytes.count, let value = field.number64(offset) else {
            throw .damaged("has a size that is missing or huge")
        }
        offset += 8
        return value
    }
}
