import DurableFiles
import SystemPackage

/// A database's lock, as the runner's tasks take it: the lock file itself, and beside it the one that the process of a
/// task holds for as long as it lives.
struct RestoreLock {
    private static let nap = Duration.milliseconds(100)

    private let locks: [FileLock]

    /// Takes both, waiting for others up to a limit.
    ///
    /// - Throws: ``RestoreError/locked(_:holder:)``, `FileError`, `CancellationError`.
    static func take(_ path: FilePath, purpose: String, patience: Duration) async throws -> RestoreLock {
        try Folder.create(Folder.parent(of: path))
        let end = ContinuousClock.now + patience
        while true {
            if let lock = try attempt(path, purpose: purpose) { return lock }
            guard ContinuousClock.now < end else {
                let note = FileLock.note(at: path) ?? FileLock.note(at: path.adding(".work"))
                throw RestoreError.locked(path, holder: note?.description)
            }
            try await Task.sleep(for: nap)
        }
    }

    /// Takes both if they are free.
    static func attempt(_ path: FilePath, purpose: String) throws -> RestoreLock? {
        guard let lock = try FileLock.attempt(path, .exclusive, purpose: purpose) else { return nil }
        guard let work = try FileLock.attempt(path.adding(".work"), .exclusive, purpose: purpose) else {
            lock.release()
            return nil
        }
        return RestoreLock(locks: [lock, work])
    }

    func release() { for lock in locks.reversed() { lock.release() } }
}
