import DurableFiles
import PluginKit
import SystemPackage

/// A log of whole lines that begins anew when it is full: `monitoring.log` becomes `monitoring.log.1`, and so on.
///
/// Several writers may share it. Each adds its line in one write at the end; who holds the lock of the file may move it, and
/// whoever then finds that the file is no longer the one of that name opens it again.
struct RotatedLog: Sendable {
    let path: FilePath
    /// In bytes.
    let limit: Int
    let keep: Int

    private static let permissions: FilePermissions = [.ownerReadWrite, .groupRead]
    /// How long somebody else may hold the lock; after that the line is added all the same.
    private static let patience = Duration.seconds(5)
    private static let pause = Duration.milliseconds(20)
    private static let mostOlder = 1000

    /// Adds a line.
    ///
    /// - Returns: why the log was not begun anew although it is full; nil where all is well.
    /// - Throws: `FileError` or ``TaskFailure`` where the line is not in the log, `CancellationError`.
    func append(_ line: String) async throws -> String? {
        let bytes = Array((line + "\n").utf8)
        var trouble: String?
        // Others may move the file again and again, but not so often.
        for _ in 0..<10 {
            let file = try OpenFile.appending(path, permissions: Self.permissions)
            guard try file.facts().kind == .file else {
                throw TaskFailure("\(path) is no regular file; name another 'log_file'")
            }
            let isLocked = try await lock(file)
            guard try FileFacts.of(path, followingLinks: false)?.isSameFile(as: file.facts()) ?? false else { continue }
            let size = try file.facts().size
            if trouble == nil, size > 0, size + bytes.count > limit {
                trouble = isLocked ? rotate() : "another process holds its lock"
                if trouble == nil { continue }
            }
            try add(bytes, to: file, of: size, isLocked: isLocked)
            return trouble
        }
        throw TaskFailure("\(path) is moved by others again and again; let one program alone rotate it")
    }

    private func lock(_ file: borrowing OpenFile) async throws -> Bool {
        let end = ContinuousClock.now + Self.patience
        while try !file.tryLock() {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: Self.pause)
        }
        return true
    }

    /// Moves each file to the next number, from the oldest on.
    ///
    /// - Returns: what kept it from that.
    private func rotate() -> String? {
        do {
            for number in stride(from: keep - 1, through: 1, by: -1) where try exists(number) {
                try DurableFile.rename(older(number), to: older(number + 1))
            }
            try DurableFile.rename(path, to: older(1))
            // There are more where fewer are to be kept than before.
            var surplus = keep + 1
            while surplus <= Self.mostOlder + 1, try exists(surplus) {
                try DurableFile.remove(older(surplus))
                surplus += 1
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func older(_ number: Int) -> FilePath { FilePath("\(path).\(number)") }

    private func exists(_ number: Int) throws(FileError) -> Bool {
        try FileFacts.of(older(number), followingLinks: false) != nil
    }

    /// In one write, so that no other writer's line comes between; a part of a line is taken back.
    private func add(_ line: [UInt8], to file: borrowing OpenFile, of size: Int, isLocked: Bool) throws {
        var bytes = line
        // Half a line, which a writer without room left, is not to run into this one.
        if size > 0, try file.lastByte(of: size) != UInt8(ascii: "\n") { bytes.insert(UInt8(ascii: "\n"), at: 0) }
        do {
            try file.writeAtOnce(bytes)
            try file.sync()
        } catch {
            // Where that fails too, the next line begins with an end of line.
            if isLocked { try? file.truncate(to: size) }
            throw error
        }
    }
}

extension OpenFile {
    fileprivate func lastByte(of size: Int) throws(FileError) -> UInt8? {
        let byte = UnsafeMutableRawBufferPointer.allocate(byteCount: 1, alignment: 1)
        defer { byte.deallocate() }
        return try read(into: byte, at: size - 1) == 1 ? byte[0] : nil
    }
}
