internal import Foundation
internal import Glibc
internal import Synchronization
package import SystemPackage

/// A lock between processes on one host, held through `flock(2)` on a lock file; it vanishes with its holder.
///
/// Every ``attempt(_:_:purpose:)`` is a holder of its own, also within one process. The lock file stays when the lock
/// is released. Keep it on a local file system: over NFS the hosts may not see each other's locks.
package final class FileLock: Sendable {
    /// Whether others may hold the lock too.
    package enum Mode: Hashable, Sendable {
        /// Any number of shared holders at once.
        case shared
        /// One holder and no shared ones.
        case exclusive
    }

    /// What an exclusive holder says about itself in the lock file; for messages only, never a reason to break a lock.
    package struct Note: Codable, Hashable, Sendable, CustomStringConvertible {
        package let pid: Int32
        package let purpose: String

        package var description: String { purpose.isEmpty ? "process \(pid)" : "process \(pid) (\(purpose))" }
    }

    package let path: FilePath
    package let mode: Mode
    private let descriptor: Mutex<CInt?>
    /// Whether the lock was taken: an attempt that failed must not clear the holder's note.
    private let isTaken = Mutex(false)

    private init(_ path: FilePath, _ mode: Mode, owning descriptor: CInt) {
        self.path = path
        self.mode = mode
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Takes the lock if it is free, and never waits; nothing means that another holder has it.
    ///
    /// `purpose` is what an exclusive holder does, for the messages of those who find the lock taken.
    ///
    /// - Throws: ``FileError`` when the lock file cannot be made, opened (a symbolic link is not followed) or locked.
    package static func attempt(
        _ path: FilePath, _ mode: Mode, purpose: String = ""
    ) throws(FileError) -> FileLock? {
        for _ in 0..<100 {
            let lock = FileLock(path, mode, owning: try openFile(at: path))
            do throws(FileError) {
                try lock.call { flock($0, (mode == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) }
            } catch {
                if error.errno == .wouldBlock { return nil }
                throw error
            }
            // A lock on a file that meanwhile lost its name excludes nobody who comes later.
            guard try lock.isStillAtItsPath() else { continue }
            lock.isTaken.withLock { $0 = true }
            lock.writeNote(purpose)
            return lock
        }
        throw FileError(operation: "lock", path: path, errno: .resourceBusy)
    }

    /// Gives the lock back; later calls do nothing.
    package func release() {
        descriptor.withLock { held in
            guard let descriptor = held else { return }
            held = nil
            // Unlocked by name, not only closed: a child between fork and exec has the same open file for a moment.
            // Neither call can fail in a way that leaves the lock held.
            if mode == .exclusive, isTaken.withLock({ $0 }) { _ = ftruncate(descriptor, 0) }
            _ = flock(descriptor, LOCK_UN)
            _ = close(descriptor)
        }
    }

    /// What the exclusive holder of a lock file says of itself, if it says something that can be read.
    ///
    /// A killed holder's note stays until the next holder comes: ask only after an attempt found the lock taken.
    package static func note(at path: FilePath) -> Note? {
        // The note only adds to a message; whatever is wrong with it, the message does without.
        guard let bytes = try? DurableFile.read(path, limit: 4096) else { return nil }
        return try? JSONDecoder().decode(Note.self, from: Data(bytes))
    }

    private static func openFile(at path: FilePath) throws(FileError) -> CInt {
        while true {
            do throws(FileError) {
                return try system("lock", at: path) { open($0, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) }
            } catch {
                if error.errno != .noSuchFileOrDirectory { throw error }
            }
            do throws(FileError) {
                let made = try system("lock", at: path) {
                    open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
                }
                // The umask may have taken even our own access; a later holder would then be refused.
                _ = fchmod(made, 0o600)
                return made
            } catch {
                if error.errno != .fileExists { throw error }
            }
        }
    }

    private func call(_ body: (CInt) -> CInt) throws(FileError) {
        try descriptor.withLock { held throws(FileError) in
            guard let descriptor = held else { return }
            try system("lock", path) { body(descriptor) }
        }
    }

    private func isStillAtItsPath() throws(FileError) -> Bool {
        var status = stat()
        try call { fstat($0, &status) }
        guard let named = try FileFacts.of(path, followingLinks: false) else { return false }
        return named.isSameFile(as: FileFacts(status))
    }

    /// An exclusive holder writes its note; a shared one clears what a killed holder left.
    private func writeNote(_ purpose: String) {
        let note = Note(pid: getpid(), purpose: String(purpose.prefix(500)))
        // Encoding two plain fields does not fail; and a lock without a note is a lock.
        var bytes: [UInt8] = []
        if mode == .exclusive, let text = try? JSONEncoder().encode(note) { bytes = Array(text) + [UInt8(ascii: "\n")] }
        descriptor.withLock { held in
            guard let descriptor = held, ftruncate(descriptor, 0) == 0 else { return }
            // On a full disk the note stays empty, and the work that may free space goes on.
            _ = pwrite(descriptor, bytes, bytes.count, 0)
        }
    }
}
