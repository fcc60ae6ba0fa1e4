import DurableFiles
import Foundation
import Maintenance
import SystemPackage

/// The locks of one state folder, shared by all processes that use it.
struct LockTable: Sendable {
    let folder: FilePath
    let clock: any WallClock
    /// Waiting asks again this often: locks of other processes do not call back.
    static let pollInterval = Duration.milliseconds(100)

    /// Takes a lock if it is free.
    func attempt(_ name: LockName, _ mode: LockMode, purpose: String) throws -> FileLock? {
        try Folder.create(folder)
        return try FileLock.attempt(
            folder.appending(name.fileName), mode == .exclusive ? .exclusive : .shared, purpose: purpose)
    }

    /// Who has the lock, for messages.
    func holder(of name: LockName) -> String {
        let note = FileLock.note(at: folder.appending(name.fileName))
        return "\(name.subject) is in use" + (note.map { " by \($0)" } ?? "")
    }

    /// Takes all locks, in order, waiting for each until `deadline`.
    ///
    /// - Returns: the locks, or nil and who is in the way where the time ran out.
    /// - Throws: `CancellationError`, or the `FileError` of a lock file that cannot be used.
    func take(
        _ locks: [(name: LockName, mode: LockMode)], purpose: String, until deadline: Date,
        waiting: (String) -> Void
    ) async throws -> (held: [FileLock]?, holder: String) {
        var held: [FileLock] = []
        for (name, mode) in locks {
            var hasSaid = false
            while true {
                if let lock = try attempt(name, mode, purpose: purpose) {
                    held.append(lock)
                    break
                }
                let holder = holder(of: name)
                guard clock.now < deadline else { return (nil, holder) }
                if !hasSaid { waiting(holder) }
                hasSaid = true
                try await clock.sleep(for: Self.pollInterval)
            }
        }
        return (held, "")
    }
}
