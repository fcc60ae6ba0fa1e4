import DurableFiles
import FileUsers
import Glibc
import Maintenance
import SystemPackage

/// Rotates one log by its size: `NAME` becomes `NAME.1`, and so on up to the number that is kept.
struct LogRotation {
    let rule: LogsConfiguration.Rotation
    let path: FilePath

    enum Outcome {
        /// It is smaller than the limit.
        case notDue
        /// It was rotated, in words.
        case done(String)
        /// It was left, and why.
        case left(String)
    }

    /// Whether a log of this size is to be rotated.
    func isDue(_ source: LogSource) -> Bool { Int64(source.size) >= rule.at.bytes }

    /// Rotates the file that was read, as long as its path still names it.
    ///
    /// - Throws: `FileError`; then some rotated files may have moved on, and none is lost.
    func rotate(_ source: LogSource) throws -> Outcome {
        guard isDue(source) else { return .notDue }
        guard let facts = try FileFacts.of(path, followingLinks: false), facts.isSameFile(as: source.facts) else {
            return .left("'\(path)' is a symbolic link, or was replaced meanwhile; it is not rotated")
        }
        if !rule.copy, let user = try FileUsers().user(of: facts) {
            return .left(
                "'\(path)' is open in \(user), which would go on writing to the rotated file; set 'copy: true', or"
                    + " leave it to that program to rotate it")
        }
        try makeRoom()
        let size = ByteSize(bytes: Int64(facts.size))
        if rule.copy {
            try copyAndTruncate(facts)
            return .done("'\(path)' (\(size)) was copied to '\(numbered(1))' and truncated")
        }
        try DurableFile.rename(path, to: numbered(1))
        try createEmpty(like: facts)
        return .done("'\(path)' (\(size)) was renamed to '\(numbered(1))'")
    }

    private func numbered(_ number: Int) -> FilePath { FilePath("\(path).\(number)") }

    /// Moves the rotated ones on by one, up to the first number that is free; where none is, the oldest one goes.
    private func makeRoom() throws(FileError) {
        var free = 1
        while free < rule.keep, try FileFacts.of(numbered(free), followingLinks: false) != nil { free += 1 }
        for number in (1..<free).reversed() {
            try DurableFile.rename(numbered(number), to: numbered(number + 1))
        }
    }

    /// An empty file with the mode and owner of the old one, unless the writer was quicker.
    private func createEmpty(like facts: FileFacts) throws(FileError) {
        do {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .noFollow, .closeOnExec]
            let file = try FileDescriptor.open(path, .writeOnly, options: options, permissions: .ownerReadWrite)
            // Only root may give it away; the writer of a file that it owns itself needs nothing more.
            _ = fchown(file.rawValue, facts.owner, facts.group)
            _ = fchmod(file.rawValue, facts.permissions.rawValue)
            try file.close()
        } catch let error as Errno {
            if error != .fileExists { throw FileError(operation: "create", path: path, errno: error) }
        } catch {
            throw FileError(operation: "create", path: path, errno: .ioError)
        }
    }

    /// Copies the file and, once the copy is on the device, what was written meanwhile, and truncates it.
    ///
    /// What is written between the last look and the truncation is lost, as with every copy-and-truncate: the time of two
    /// calls of the system.
    private func copyAndTruncate(_ facts: FileFacts) throws {
        let copied = FilePath("\(path).1")
        do {
            let file = try FileDescriptor.open(path, .readWrite, options: [.noFollow, .closeOnExec])
            defer { Self.close(file) }
            var position = 0
            try copyBeginning(of: file, facts, to: copied, &position)
            let rest = try FileDescriptor.open(copied, .writeOnly, options: [.noFollow, .append, .closeOnExec])
            defer { Self.close(rest) }
            while try Self.copy(file, from: &position, to: rest) > 0 {}
            try file.resize(to: 0)
        } catch let error as Errno {
            throw FileError(operation: "copy and truncate", path: path, errno: error)
        }
    }

    private func copyBeginning(
        of file: FileDescriptor, _ facts: FileFacts, to copied: FilePath, _ position: inout Int
    ) throws {
        let copy = try TemporaryFile.create(beside: copied, permissions: facts.permissions)
        // As above: only root may.
        _ = fchown(copy.descriptor.rawValue, facts.owner, facts.group)
        // Up to where it is now: a writer that is as quick as this would keep it for ever.
        while position < facts.size, try Self.copy(file, from: &position, to: copy.descriptor) > 0 {}
        try copy.publish(as: copied)
    }

    /// Copies a piece.
    ///
    /// - Returns: how many bytes it had.
    /// - Throws: `Errno`.
    private static func copy(
        _ source: FileDescriptor, from position: inout Int, to target: FileDescriptor
    ) throws -> Int {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
            let count = try source.read(fromAbsoluteOffset: Int64(position), into: buffer)
            try target.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
            return count
        }
    }

    private static func close(_ file: FileDescriptor) {
        // What matters was written and synced before.
        try? file.close()
    }
}
