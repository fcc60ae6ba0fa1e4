/// What sort of file an archive is, by its first bytes.
enum ArchiveFormat: String {
    case plain, gzip, zstd, xz, bzip2, zip

    static let prefixLength = 6

    init(detecting prefix: [UInt8]) {
        switch CompressedFormat(detecting: prefix) {
        // There is one method of packing (RFC 1952, section 2.3.1).
        case .gzip: self = prefix.count > 2 && prefix[2] == 8 ? .gzip : .plain
        case .zstd: self = .zstd
        case .plain:
            if prefix.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) {
                self = .xz
            } else if prefix.starts(with: Array("BZh".utf8)) {
                self = .bzip2
            } else if prefix.starts(with: [0x50, 0x4B, 3, 4]) || prefix.starts(with: [0x50, 0x4B, 5, 6]) {
                self = .zip
            } else {
                self = .plain
            }
        }
    }

    /// How the names of files end that are packed so.
    var fileExtension: String {
        switch self {
        case .plain: ""
        case .gzip: "gz"
        case .zstd: "zst"
        case .xz: "xz"
        case .bzip2: "bz2"
        case .zip: "zip"
        }
    }
}

/// What the name of an archive says about it.
struct ArchiveName {
    /// Whether it is to be a tar archive.
    let promisesTar: Bool
    /// The name without the ending of its format.
    let content: [UInt8]

    init(_ name: [UInt8], _ format: ArchiveFormat) {
        let lower = String(decoding: name, as: UTF8.self).lowercased()
        let endings = [".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst"]
        let packed = ["", ".gz", ".zst", ".xz", ".bz2", ".z", ".lzma"]
        promisesTar = endings.contains { lower.hasSuffix($0) } || packed.contains { lower.hasSuffix(".tar" + $0) }
        let ending = "." + format.fileExtension
        content =
            format != .plain && lower.hasSuffix(ending) && name.count > ending.utf8.count
            ? Array(name.dropLast(ending.utf8.count)) : name
    }
}
