import DurableFiles
import Foundation
import Glibc
import Maintenance
import SystemPackage

/// The line of those who wait for one lock, in the order in which they came, across processes.
///
/// Without it many short shared holders would keep one that wants the lock alone waiting for ever. A place in the line
/// is a file that its owner holds locked, so that it is gone with its owner; its name says when the owner came.
struct LockLine: Sendable {
    /// A place in the line, kept for as long as this value lives and is not left.
    struct Place: Sendable {
        fileprivate let name: String
        fileprivate let lock: FileLock
        fileprivate let mode: LockMode

        /// Gives the place up; later calls do nothing.
        func leave() {
            // First the name, so that nobody finds it without its owner. What stays is removed by who comes next.
            try? DurableFile.remove(lock.path)
            lock.release()
        }
    }

    private let folder: FilePath

    /// The line for a lock file.
    init(of lock: FilePath) { folder = FilePath(lock.string + ".line") }

    /// Whether nobody waits, as far as can be seen at once.
    ///
    /// - Throws: `FileError` where the line cannot be looked at.
    func isEmpty() throws(FileError) -> Bool {
        guard try FileFacts.of(folder, followingLinks: false) != nil else { return true }
        return try Folder.entries(of: folder).isEmpty
    }

    /// Goes to the end of the line.
    ///
    /// - Throws: `FileError` where no file can be made for the place.
    func join(_ mode: LockMode) throws(FileError) -> Place {
        try Folder.create(folder)
        while true {
            // Time since the machine started: nobody can set it, and no line outlives the machine.
            var time = timespec()
            clock_gettime(CLOCK_BOOTTIME, &time)
            let came = String(time.tv_sec * 1_000_000_000 + time.tv_nsec)
            let padded = String(repeating: "0", count: max(20 - came.count, 0)) + came
            let name = "\(padded)-\(getpid())-\(UInt16.random(in: 0...UInt16.max))-\(mode.rawValue)"
            if let lock = try FileLock.attempt(folder.appending(name), .exclusive, purpose: "waiting") {
                return Place(name: name, lock: lock, mode: mode)
            }
        }
    }

    /// Whether it is a place's turn: everybody before it is gone, or may hold the lock together with it.
    ///
    /// - Throws: `FileError` where the line cannot be looked at.
    func isTurn(of place: Place) throws(FileError) -> Bool {
        for name in try Folder.entries(of: folder).sorted() where name < place.name {
            if place.mode == .shared, name.hasSuffix("-\(LockMode.shared.rawValue)") { continue }
            if try isWaiting(name) { return false }
        }
        return true
    }

    /// Whether the owner of a place still lives; the place of one who does not is removed.
    private func isWaiting(_ name: String) throws(FileError) -> Bool {
        let path = folder.appending(name)
        guard try FileFacts.of(path, followingLinks: false) != nil else { return false }
        guard let free = try FileLock.attempt(path, .exclusive) else { return true }
        defer { free.release() }
        try DurableFile.remove(path)
        return false
    }
}
