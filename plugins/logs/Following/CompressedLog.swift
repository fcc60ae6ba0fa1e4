import Archiving
import SystemPackage

/// A rotated log that was compressed since.
struct CompressedLog {
    let path: FilePath

    init(_ path: FilePath) { self.path = path }

    /// Whether its first bytes are those of a position; false where it cannot be read.
    func begins(as position: LogPosition) -> Bool {
        var head: [UInt8] = []
        // A file that is still being compressed, or damaged, is not the one.
        try? read(from: 0) { bytes in
            head += bytes
            return head.count < position.headRange.count
        }
        let wanted = head.prefix(position.headRange.count)
        return wanted.count == position.headRange.count && (try? LogPosition.digest(Array(wanted))) == position.head
    }

    /// Whether the bytes before a position are the same, too.
    ///
    /// - Throws: `DigestError`.
    func contains(_ position: LogPosition) throws -> Bool {
        var last: [UInt8] = []
        let wanted = position.lastRange.count
        // As above.
        try? read(from: position.lastRange.lowerBound) { bytes in
            last += bytes
            return last.count < wanted
        }
        guard last.count >= wanted else { return false }
        return try LogPosition.digest(Array(last.prefix(wanted))) == position.last
    }

    /// Unpacks what follows an offset, until the receiver says that it has enough.
    ///
    /// - Throws: `ArchiveError` where it is damaged; what came before that was received.
    func read(from offset: Int, _ receive: (UnsafeRawBufferPointer) throws -> Bool) throws {
        var reader = try CompressedFileReader.open(path, limit: .max, threads: 1)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
        defer { buffer.deallocate() }
        var position = 0
        while case let count = try reader.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            let skipped = min(max(offset - position, 0), count)
            position += count
            guard skipped < count else { continue }
            if try !receive(UnsafeRawBufferPointer(rebasing: buffer[skipped..<count])) { return }
        }
    }
}
