import DurableFiles
import SystemPackage

/// An open log: what is read of it belongs together, whatever its path names by now.
final class LogSource {
    let path: FilePath
    /// As it was when it was opened: what is written later is for the next run.
    let facts: FileFacts
    private let file: OpenFile

    /// - Throws: `FileError`; nothing but a file can be followed.
    init(_ path: FilePath) throws(FileError) {
        self.path = path
        // Looked at first: to open a device may do something.
        if let facts = try FileFacts.of(path, followingLinks: true), facts.kind != .file {
            throw FileError(
                operation: "follow", path: path, errno: facts.kind == .folder ? .isDirectory : .invalidArgument)
        }
        file = try OpenFile.reading(path)
        facts = try file.facts()
        guard facts.kind == .file else { throw FileError(operation: "follow", path: path, errno: .invalidArgument) }
    }

    /// The log at a path, or nil where there is none.
    static func ifThere(_ path: FilePath) throws(FileError) -> LogSource? {
        do throws(FileError) {
            return try LogSource(path)
        } catch {
            guard error.errno == .noSuchFileOrDirectory else { throw error }
            return nil
        }
    }

    var size: Int { facts.size }

    /// Reads a range piece by piece; a file that ends earlier was truncated meanwhile.
    func read(
        _ range: Range<Int>, _ receive: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
        defer { buffer.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let room = UnsafeMutableRawBufferPointer(
                rebasing: buffer[..<min(buffer.count, range.upperBound - position)])
            let count = try file.read(into: room, at: position)
            if count == 0 { return }
            try receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
        }
    }

    /// All bytes of a range that is expected to be small.
    func bytes(_ range: Range<Int>) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try read(range) { bytes += $0 }
        return bytes
    }
}
