internal import Glibc
package import SystemPackage

/// A file being made beside its destination: it appears there whole or not at all.
///
/// Unless it is published it is removed when this value ends. While it lives it is held by an exclusive `flock(2)`,
/// which ends with the process, so that ``removeLeftovers(in:)`` can tell what a killed writer left from what is being
/// written.
package struct TemporaryFile: ~Copyable, Sendable {
    private let file: OpenFile
    private let permissions: FilePermissions
    private var exists = true

    private init(owning file: consuming OpenFile, permissions: FilePermissions) {
        self.file = file
        self.permissions = permissions
    }

    deinit {
        // Nobody can be told, and what stays is found by `removeLeftovers`.
        if exists { _ = file.path.withPlatformString { unlink($0) } }
    }

    /// Where the file is until it is published.
    package var path: FilePath { file.path }
    /// The file's descriptor for reading and writing, valid as long as this value lives.
    package var descriptor: FileDescriptor { file.descriptor }

    /// Makes an empty file of a unique hidden name in the folder of `destination`, readable by its owner alone.
    ///
    /// `permissions` is what the published file has, whatever the umask is.
    ///
    /// - Throws: ``FileError`` when the folder is missing or may not be written.
    package static func create(
        beside destination: FilePath, permissions: FilePermissions
    ) throws(FileError) -> TemporaryFile {
        guard let name = destination.lastComponent, name.kind == .regular else {
            throw FileError(operation: "create", path: destination, errno: .invalidArgument)
        }
        while true {
            guard let unique = TemporaryName.make(for: name, process: getpid()) else {
                throw FileError(operation: "create", path: destination, errno: .invalidArgument)
            }
            let path = Folder.parent(of: destination).appending(unique)
            let file: OpenFile
            do throws(FileError) {
                file = try OpenFile.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, operation: "create")
            } catch {
                if error.errno == .fileExists { continue }
                // The person asked for the destination and knows nothing of the temporary name.
                throw FileError(operation: "create", path: destination, errno: error.errno)
            }
            let temporary = TemporaryFile(owning: file, permissions: permissions)
            if try temporary.hold() { return temporary }
        }
    }

    /// Writes all the bytes after those written before.
    ///
    /// - Throws: ``FileError`` when the disk is full or fails.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try file.write(bytes) }

    /// Writes all the bytes after those written before.
    ///
    /// - Throws: ``FileError`` when the disk is full or fails.
    package func write(_ bytes: [UInt8]) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) { try file.write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Syncs the file, gives it its permissions and its name, and syncs the folder: after this it survives a power cut.
    ///
    /// An existing destination is replaced in one step, a symbolic link itself rather than what it points to; if it is
    /// not to be `replacing`, an existing destination is an error (`.fileExists`).
    ///
    /// - Throws: ``FileError``; the temporary file is gone then. Only when the last step, the sync of the folder,
    /// failed
    ///   may the destination already be the new file.
    package consuming func publish(as destination: FilePath, replacing: Bool = true) throws(FileError) {
        try file.setPermissions(permissions)
        try file.sync()
        try rename(to: destination, replacing: replacing)
        exists = false
        let folder = Folder.parent(of: destination)
        try Folder.sync(folder)
        let origin = Folder.parent(of: path)
        if origin != folder { try Folder.sync(origin) }
    }

    private func rename(to destination: FilePath, replacing: Bool) throws(FileError) {
        if !replacing {
            if try linked(to: destination) { return }
            // No hard links here: looking first is the best there is, and another process may come between.
            guard try FileFacts.of(destination, followingLinks: false) == nil else {
                throw FileError(operation: "create", path: destination, errno: .fileExists)
            }
        }
        try system("rename a temporary file to", at: destination) { new in
            path.withPlatformString { Glibc.rename($0, new) }
        }
    }

    /// Gives the file its name in a way that fails if the name exists; false if the file system has no hard links.
    private func linked(to destination: FilePath) throws(FileError) -> Bool {
        do throws(FileError) {
            try system("create", at: destination) { new in path.withPlatformString { link($0, new) } }
        } catch {
            if error.isHardLinkRefused && error.errno != .improperLink { return false }
            throw error
        }
        try system("remove", at: path) { unlink($0) }
        return true
    }

    /// Takes the lock that says "being written"; false if a cleaner was quicker and removed the file.
    private func hold() throws(FileError) -> Bool {
        do throws(FileError) {
            try system("lock", path) { flock(descriptor.rawValue, LOCK_EX | LOCK_NB) }
        } catch {
            // Held by a cleaner, which is about to remove it.
            if error.errno == .wouldBlock { return false }
            // No locks on this file system: then no cleaner can take it either, and none will remove the file.
            if [.noLocks, .notSupported, .notSupportedOnSocket, .noFunction].contains(error.errno) { return true }
            throw error
        }
        return try file.facts().linkCount > 0
    }
}

extension TemporaryFile {
    /// Whether a file of this name is a temporary file of ours, finished or not.
    package static func isTemporary(_ name: String) -> Bool { TemporaryName.matches(name) }

    /// Removes the temporary files in a folder whose writer is gone; one that is being written is never touched.
    ///
    /// On a file system without locks nothing is removed. Over NFS a lock is seen by every host or by none, by mount
    /// option.
    ///
    /// - Returns: the names removed, sorted.
    /// - Throws: ``FileError`` when the folder cannot be listed, or a leftover be opened or removed.
    @discardableResult
    package static func removeLeftovers(in folder: FilePath) throws(FileError) -> [String] {
        var removed: [String] = []
        for component in try Folder.components(of: folder) where isTemporary(component.string) {
            if try removeIfAbandoned(folder.appending(component)) { removed.append(component.string) }
        }
        if !removed.isEmpty { try Folder.sync(folder) }
        return removed
    }

    private static func removeIfAbandoned(_ path: FilePath) throws(FileError) -> Bool {
        guard let facts = try FileFacts.of(path, followingLinks: false), facts.kind == .file else { return false }
        do throws(FileError) {
            let file = try OpenFile.reading(path, followingLinks: false)
            try system("lock", path) { flock(file.descriptor.rawValue, LOCK_EX | LOCK_NB) }
            try system("remove", at: path) { unlink($0) }
            return true
        } catch {
            // Gone meanwhile: published, or removed by its writer or another cleaner.
            if error.errno == .noSuchFileOrDirectory { return false }
            // Being written, or nobody can tell.
            if error.operation == "lock" { return false }
            throw error
        }
    }
}
