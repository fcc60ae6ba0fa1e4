import DurableFiles
import Glibc
package import SystemPackage

/// A tier and the folder in which its sets lie.
package struct BackupPlace: Hashable, Sendable {
    package let tier: Tier
    package let folder: FilePath

    package init(tier: Tier, folder: FilePath) {
        self.tier = tier
        self.folder = folder
    }
}

/// The folder of a tier: its checks, and the lock under which names in it change.
struct BackupFolder {
    /// How long to wait for another process to finish its renames; copying and compressing need no lock.
    static let patience = Duration.seconds(30)
    private static let nap: UInt32 = 20_000
    private static let lockName = ".backups.lock"

    let path: FilePath

    /// Refuses what is no folder of our own or may not be written; a missing folder is fine.
    ///
    /// - Throws: ``BackupError``, or `FileError` when a folder above is closed to us.
    func check() throws {
        guard let facts = try FileFacts.of(path, followingLinks: false) else { return }
        switch facts.kind {
        case .folder: break
        case .symbolicLink: throw BackupError.folderIsLink(path, target: linkTarget)
        case .file, .other: throw BackupError.notAFolder(path)
        }
        // Asked of the system, which knows of read-only mounts and access lists.
        guard path.withPlatformString({ access($0, W_OK | X_OK) }) == 0 else {
            let code = Errno(rawValue: errno)
            // The access that is missing is to this folder, and the error's words are about the one above its path.
            let subject = code == .permissionDenied ? path.appending("new") : path
            let error = FileError(operation: "create", path: subject, errno: code)
            throw BackupError.folderNotWritable(path, cause: error.cause)
        }
    }

    /// Makes the folder for its owner alone where it is missing, and removes what killed backups left.
    ///
    /// - Returns: what was removed or finished, in words.
    /// - Throws: ``BackupError``, `FileError`.
    func prepare() throws -> [String] {
        try check()
        do {
            try Folder.create(path, permissions: .ownerReadWriteExecute)
        } catch {
            throw BackupError.folderNotWritable(path, cause: error.description)
        }
        var notes = try TemporaryFile.removeLeftovers(in: path).map { "removed '\($0)', which a stopped backup left" }
        notes += try locked(purpose: "tidying up after a stopped backup") { try Interrupted(folder: path).finish() }
        return notes
    }

    /// Runs `body` while no other backup changes names in this folder.
    func locked<Result>(purpose: String, _ body: () throws -> Result) throws -> Result {
        let lockPath = path.appending(Self.lockName)
        let end = ContinuousClock.now + Self.patience
        while true {
            try Task.checkCancellation()
            if let lock = try FileLock.attempt(lockPath, .exclusive, purpose: purpose) {
                defer { lock.release() }
                return try body()
            }
            guard ContinuousClock.now < end else {
                throw BackupError.folderBusy(path, holder: FileLock.note(at: lockPath)?.description)
            }
            usleep(Self.nap)
        }
    }

    /// Locks several folders, always in the same order, so that two backups never wait for each other.
    static func locked<Result>(
        _ folders: [FilePath], purpose: String, _ body: () throws -> Result
    ) throws -> Result {
        let ordered = Set(folders).sorted { $0.string < $1.string }
        return try locked(ordered[...], purpose: purpose, body)
    }

    private static func locked<Result>(
        _ folders: ArraySlice<FilePath>, purpose: String, _ body: () throws -> Result
    ) throws -> Result {
        guard let first = folders.first else { return try body() }
        return try BackupFolder(path: first).locked(purpose: purpose) {
            try locked(folders.dropFirst(), purpose: purpose, body)
        }
    }

    private var linkTarget: FilePath {
        guard let resolved = path.withPlatformString({ realpath($0, nil) }) else {
            return "a place that does not exist"
        }
        defer { free(resolved) }
        return FilePath(platformString: resolved)
    }
}
