internal import Foundation
package import SystemPackage

/// A lock file that somebody holds at this moment.
package struct HeldLock: Hashable, Sendable {
    package let path: FilePath
    package let mode: FileLock.Mode
    /// The processes that hold it; more than one only where it is shared.
    package let holders: [Int32]
    /// What an exclusive holder said of itself.
    package let note: FileLock.Note?

    /// The lock files of a folder that are held, by name.
    ///
    /// The kernel's own list (`/proc/locks`) is read, so that looking takes no lock away from anybody, not even for a
    /// moment. Where the kernel shows none, nothing is held as far as can be seen.
    ///
    /// - Throws: ``FileError`` where the folder cannot be listed.
    package static func all(in folder: FilePath) throws(FileError) -> [HeldLock] {
        guard try FileFacts.of(folder, followingLinks: true) != nil else { return [] }
        let known = kernelLocks()
        guard !known.isEmpty else { return [] }
        var held: [HeldLock] = []
        for name in try Folder.entries(of: folder).sorted() where name.hasSuffix(".lock") {
            let path = folder.appending(name)
            guard let facts = try FileFacts.of(path, followingLinks: false), let lock = known[facts.inode] else {
                continue
            }
            let note = lock.isExclusive ? FileLock.note(at: path) : nil
            held.append(
                HeldLock(path: path, mode: lock.isExclusive ? .exclusive : .shared, holders: lock.pids, note: note))
        }
        return held
    }

    /// `flock` locks by the inode of their file: `1: FLOCK  ADVISORY  WRITE 123 fe:00:4711 0 EOF` (proc(5)).
    private static func kernelLocks() -> [UInt64: (isExclusive: Bool, pids: [Int32])] {
        // The size of a file in /proc is 0: it is read to its end.
        guard let text = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else { return [:] }
        var locks: [UInt64: (isExclusive: Bool, pids: [Int32])] = [:]
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            // Lines with an arrow are of those who wait.
            guard fields.count >= 6, fields[1] == "FLOCK", let pid = Int32(fields[4]),
                let inode = fields[5].split(separator: ":").last.flatMap({ UInt64($0) })
            else { continue }
            var lock = locks[inode] ?? (false, [])
            lock.isExclusive = lock.isExclusive || fields[3] == "WRITE"
            lock.pids.append(pid)
            locks[inode] = lock
        }
        return locks
    }
}
