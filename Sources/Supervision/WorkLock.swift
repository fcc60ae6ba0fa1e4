package import DurableFiles
import Glibc
package import SystemPackage

/// The part of a task's lock that is held by the process which does the work, for as long as that process lives.
package struct WorkLock: Hashable, Sendable {
    package let path: FilePath
    package let mode: FileLock.Mode

    /// The second half of a lock file, which a plugin's supervisor holds beside the runner.
    package init(of lock: FilePath, mode: FileLock.Mode) {
        self.init(path: Self.path(of: lock), mode: mode)
    }

    private init(path: FilePath, mode: FileLock.Mode) {
        self.path = path
        self.mode = mode
    }

    /// Reads what ``argument`` wrote: `exclusive=/path`.
    package init?(argument: String) {
        guard let end = argument.firstIndex(of: "=") else { return nil }
        let path = FilePath(String(argument[argument.index(after: end)...]))
        switch argument[..<end] {
        case "exclusive": self.init(path: path, mode: .exclusive)
        case "shared": self.init(path: path, mode: .shared)
        default: return nil
        }
    }

    /// The lock as an argument of the supervisor.
    package var argument: String { "\(mode == .exclusive ? "exclusive" : "shared")=\(path)" }

    package static func path(of lock: FilePath) -> FilePath { FilePath(lock.string + ".work") }

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
                if let taken = try FileLock.attempt(lock.path, lock.mode, purpose: purpose) {
                    held.append(taken)
                    break
                }
                guard isWanted() else { return nil }
                usleep(20_000)
            }
        }
        // Asked once more: whoever wanted them may be gone, and another process may have begun.
        return isWanted() ? held : nil
    }
}
