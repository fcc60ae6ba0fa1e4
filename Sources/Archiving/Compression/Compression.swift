/// How a single file is compressed, written as `none`, `gzip`, `gzip:9`, `zstd`, `zstd:19` or `zstd:3:2`.
package enum Compression: Hashable, Sendable, LosslessStringConvertible {
    case none
    /// Level 1 (fast) to 9 (small), on as many threads as there are cores, at most 8; `gunzip -c` restores it.
    case gzip(level: Int)
    /// Level 1 (fast) to 19 (small, 400 MB of memory) and 1 to 64 threads; `zstd -dc` restores it.
    case zstd(level: Int, threads: Int)

    /// What gzip itself uses when told nothing: level 6.
    package static let gzip = Compression.gzip(level: 6)
    /// What zstd itself uses when told nothing: level 3, one thread.
    package static let zstd = Compression.zstd(level: 3, threads: 1)

    static let gzipLevels = 1...9
    static let zstdLevels = 1...19
    static let zstdThreads = 1...64

    /// Reads a compression as it is written in a configuration: a name, then level and threads after colons.
    ///
    /// Nothing when the name is unknown or a number is out of range.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.dropFirst().map { Int($0) }
        func number(_ index: Int, in range: ClosedRange<Int>, or usual: Int) -> Int? {
            guard index < numbers.count else { return usual }
            guard let number = numbers[index], range.contains(number) else { return nil }
            return number
        }
        switch (parts[0], numbers.count) {
        case ("none", 0):
            self = .none
        case ("gzip", 0...1):
            guard let level = number(0, in: Self.gzipLevels, or: 6) else { return nil }
            self = .gzip(level: level)
        case ("zstd", 0...2):
            guard let level = number(0, in: Self.zstdLevels, or: 3),
                let threads = number(1, in: Self.zstdThreads, or: 1)
            else { return nil }
            self = .zstd(level: level, threads: threads)
        default:
            return nil
        }
    }

    /// The compression as it is written in a configuration; reading it gives the same value.
    package var description: String {
        switch self {
        case .none: "none"
        case .gzip(let level): "gzip:\(level)"
        case .zstd(let level, 1): "zstd:\(level)"
        case .zstd(let level, let threads): "zstd:\(level):\(threads)"
        }
    }

    package var format: CompressedFormat {
        switch self {
        case .none: .plain
        case .gzip: .gzip
        case .zstd: .zstd
        }
    }

    /// What a file's name gets after a dot: `gz`, `zst`, or nothing.
    package var fileExtension: String { format.fileExtension }
}

/// What a file's bytes are: a compressed stream or the content itself.
package enum CompressedFormat: String, Hashable, Sendable, CaseIterable, Codable {
    case plain
    /// RFC 1952, of one or more members.
    case gzip
    /// RFC 8878, of one or more frames.
    case zstd

    /// How many bytes ``init(detecting:)`` looks at.
    static let prefixLength = 4

    /// What a file's name gets after a dot: `gz`, `zst`, or nothing.
    package var fileExtension: String {
        switch self {
        case .plain: ""
        case .gzip: "gz"
        case .zstd: "zst"
        }
    }

    /// Tells the format from the first bytes of a file; anything that is not known is plain, also an empty file.
    package init(detecting prefix: some Collection<UInt8>) {
        let start = Array(prefix.prefix(Self.prefixLength))
        if start.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if start == [0x28, 0xB5, 0x2F, 0xFD] {
            self = .zstd
        } else if start.count == 4, start[0] & 0xF0 == 0x50, start[1...] == [0x2A, 0x4D, 0x18] {
            self = .zstd  // A skippable frame, which pzstd writes first.
        } else {
            self = .plain
        }
    }
}
