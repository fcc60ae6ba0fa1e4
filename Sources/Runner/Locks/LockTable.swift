import DurableFiles
import Foundation
import Maintenance
import Supervision
import SystemPackage

/// The locks of one state folder, shared by all processes that use it.
///
/// A task's lock is held twice: by the runner in the lock file itself, and by the plugin's supervisor in the file's
/// ``WorkLock``. When the runner is killed, its plugin may still wind down: the lock is free only when both are gone.
struct LockTable: Sendable {
    let folder: FilePath
    /// Waiting asks again this often: locks of other processes do not call back.
    static let pollInterval = Duration.milliseconds(100)

    /// Takes a lock if it is free.
    func attempt(_ name: LockName, _ mode: LockMode, purpose: String) throws -> FileLock? {
        try Folder.create(folder)
        return try FileLock.attempt(folder.appending(name.fileName), FileLock.Mode(mode), purpose: purpose)
    }

    /// Takes the lock of a task if neither a runner nor a supervisor has it.
    private func attemptForTask(_ name: LockName, _ mode: LockMode, purpose: String) throws -> FileLock? {
        guard let lock = try attempt(name, mode, purpose: purpose) else { return nil }
        let path = folder.appending(name.fileName)
        // Only looked at: the supervisor of this lock's plugin is to take it.
        guard let work = try FileLock.attempt(WorkLock.path(of: path), FileLock.Mode(mode)) else {
            lock.release()
            return nil
        }
        work.release()
        return lock
    }

    /// Who has the lock, for messages.
    func holder(of name: LockName) -> String {
        let path = folder.appending(name.fileName)
        let note = FileLock.note(at: path) ?? FileLock.note(at: WorkLock.path(of: path))
        return "\(name.subject) is in use" + (note.map { " by \($0)" } ?? "")
    }

    /// Takes all locks, in order, waiting for each until `deadline`; those who wait for one get it as they came.
    ///
    /// - Returns: the locks, or nil and who is in the way where the time ran out.
    /// - Throws: `CancellationError`, or the `FileError` of a lock file that cannot be used.
    func take(
        _ locks: [(name: LockName, mode: LockMode)], purpose: String, until deadline: ContinuousClock.Instant,
        waiting: (String) -> Void
    ) async throws -> (held: [FileLock]?, holder: String) {
        var held: [FileLock] = []
        for (name, mode) in locks {
            let line = LockLine(of: folder.appending(name.fileName))
            if try line.isEmpty(), let lock = try attemptForTask(name, mode, purpose: purpose) {
                held.append(lock)
                continue
            }
            let place = try line.join(mode)
            defer { place.leave() }
            var hasSaid = false
            while true {
                if try line.isTurn(of: place), let lock = try attemptForTask(name, mode, purpose: purpose) {
                    held.append(lock)
                    break
                }
                let holder = holder(of: name)
                guard ContinuousClock.now < deadline else { return (nil, holder) }
                if !hasSaid { waiting(holder) }
                hasSaid = true
                try await Task.sleep(for: Self.pollInterval)
            }
        }
        return (held, "")
    }

    /// What the supervisor of a task with these locks is told to hold.
    func workLocks(_ locks: [(name: LockName, mode: LockMode)]) -> [WorkLock] {
        locks.map { WorkLock(of: folder.appending($0.name.fileName), mode: FileLock.Mode($0.mode)) }
    }
}

extension FileLock.Mode {
    init(_ mode: LockMode) { self = mode == .exclusive ? .exclusive : .shared }
}
