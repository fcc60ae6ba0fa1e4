import Digests
import DurableFiles

/// How far a log was read, and by what it can be recognised.
///
/// An inode is not enough: a file system gives the number of a removed file to the next one. So the bytes at the start of
/// the file and those just before the position must be the same as well.
struct LogPosition: Codable, Hashable {
    var device: UInt64
    var inode: UInt64
    /// In bytes; all lines that end before it were read.
    var offset: Int
    /// The digest of the first bytes, at most ``mark`` of them and none after ``offset``.
    var head: String
    /// The digest of the bytes before ``offset``.
    var last: String

    /// How many bytes a digest is made of.
    static let mark = 1024

    var headRange: Range<Int> { 0..<min(Self.mark, offset) }
    var lastRange: Range<Int> { max(offset - Self.mark, 0)..<offset }

    /// - Throws: `FileError` when the file cannot be read.
    init(_ source: LogSource, offset: Int) throws {
        device = source.facts.device
        inode = source.facts.inode
        self.offset = offset
        (head, last) = ("", "")
        head = try Self.digest(source.bytes(headRange))
        last = try Self.digest(source.bytes(lastRange))
    }

    static func digest(_ bytes: [UInt8]) throws -> String { "\(try SHA256Digest(of: bytes))" }

    /// Whether a log is the file that was read.
    func isOf(_ source: LogSource) throws -> Bool {
        guard source.facts.device == device, source.facts.inode == inode else { return false }
        return try hasSameBytes(source)
    }

    /// Whether a log begins with what was read: it may be a copy.
    func isCopied(in source: LogSource) throws -> Bool { offset > 0 ? try hasSameBytes(source) : false }

    private func hasSameBytes(_ source: LogSource) throws -> Bool {
        guard source.size >= offset, offset >= 0 else { return false }
        return try Self.digest(source.bytes(headRange)) == head && Self.digest(source.bytes(lastRange)) == last
    }
}

/// Where one log was left: in the file itself and in the one before it, which its writer may still have had open.
struct LogTrail: Codable, Hashable {
    var current: LogPosition
    var previous: LogPosition?
}
