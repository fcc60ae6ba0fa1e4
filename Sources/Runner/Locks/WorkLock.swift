package import DurableFiles
import Foundation
package import Maintenance
package import SystemPackage

/// The part of a task's lock that is held by the process which does the work, for as long as that process lives.
package struct WorkLock: Hashable, Sendable {
    package let path: FilePath
    package let mode: LockMode

    package init(path: FilePath, mode: LockMode) {
        self.path = path
        self.mode = mode
    }

    /// Reads what ``argument`` wrote: `exclusive=/path`.
    package init?(argument: String) {
        guard let end = argument.firstIndex(of: "="), let mode = LockMode(rawValue: String(argument[..<end])) else {
            return nil
        }
        self.init(path: FilePath(String(argument[argument.index(after: end)...])), mode: mode)
    }

    /// The lock as an argument of `ronde supervise`.
    package var argument: String { "\(mode.rawValue)=\(path)" }

    static func path(of lock: FilePath) -> FilePath { FilePath(lock.string + ".work") }

    /// Takes the locks, waiting for other processes to let go of them; blocks.
    ///
    /// - Parameters:
    ///   - locks: in the order in which everybody takes them.
    ///   - purpose: what their files say of the holder.
    ///   - isWanted: asked again and again while it waits.
    /// - Returns: nil when nobody wanted them any more.
    /// - Throws: `FileError` where a lock file cannot be used.
    package static func take(
        _ locks: [WorkLock], purpose: String, isWanted: () -> Bool
    ) throws(FileError) -> [FileLock]? {
        var held: [FileLock] = []
        for lock in locks {
            while true {
                if let taken = try FileLock.attempt(lock.path, FileLock.Mode(lock.mode), purpose: purpose) {
                    held.append(taken)
                    break
                }
                guard isWanted() else { return nil }
                Thread.sleep(forTimeInterval: 0.02)
            }
        }
        // Asked once more: whoever wanted them may be gone, and another process may have begun.
        return isWanted() ? held : nil
    }
}
