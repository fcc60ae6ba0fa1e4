internal import Glibc
package import SystemPackage

/// Operations on folders.
package enum Folder {
    /// The folder a path is in: `.` for a bare name, `/` for the root.
    package static func parent(of path: FilePath) -> FilePath {
        let parent = path.removingLastComponent()
        return parent.isEmpty ? "." : parent
    }

    /// Makes a folder and those above it that are missing; only the ones it makes get `permissions`, whatever the
    /// umask.
    ///
    /// An existing folder, also behind a symbolic link, is left as it is. A group that new folders inherit stays
    /// inherited.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - permissions: of each folder that is made.
    ///   - isDurable: whether the new names are to be on the device before this returns; a folder that nobody needs
    ///     after a crash does without.
    /// - Throws: ``FileError``, `.notDirectory` when something else has a name on the way.
    package static func create(
        _ path: FilePath, permissions: FilePermissions = .ownerReadWriteExecute, isDurable: Bool = true
    ) throws(FileError) {
        var missing: [FilePath] = []
        var current = path
        while try FileFacts.of(current, followingLinks: true) == nil {
            missing.append(current)
            let above = parent(of: current)
            // A root or working folder that does not exist: mkdir says why.
            if above == current { break }
            current = above
        }
        for folder in missing.reversed() { try make(folder, permissions, isDurable: isDurable) }
        guard try FileFacts.of(path, followingLinks: true)?.kind == .folder else {
            throw FileError(operation: "create the folder", path: path, errno: .notDirectory)
        }
    }

    /// Returns once the names in a folder are on the device.
    ///
    /// - Throws: ``FileError`` when the folder is missing or the device fails.
    package static func sync(_ path: FilePath) throws(FileError) {
        let folder = try OpenFile.open(path, O_RDONLY | O_DIRECTORY, operation: "sync")
        do throws(FileError) {
            try folder.sync()
        } catch {
            // Some network and user-space file systems sync names by themselves and refuse the call (fsync(2)).
            if error.errno != .invalidArgument { throw error }
        }
    }

    /// The names in a folder, sorted by their bytes, without `.` and `..`.
    ///
    /// A name that is not UTF-8 comes with replacement characters and then names no file; see ``components(of:)``.
    ///
    /// - Throws: ``FileError`` when the folder is missing or may not be read.
    package static func entries(of path: FilePath) throws(FileError) -> [String] {
        try components(of: path).map(\.string)
    }

    /// The names in a folder exactly as the file system has them, sorted by their bytes, without `.` and `..`.
    ///
    /// - Throws: ``FileError`` when the folder is missing or may not be read.
    package static func components(of path: FilePath) throws(FileError) -> [FilePath.Component] {
        let stream = try FolderStream(OpenFile.open(path, O_RDONLY | O_DIRECTORY, operation: "list"))
        return try stream.names()
    }

    private static func make(
        _ folder: FilePath, _ permissions: FilePermissions, isDurable: Bool
    ) throws(FileError) {
        do throws(FileError) {
            try system("create the folder", at: folder) { mkdir($0, 0o700) }
        } catch {
            // Another process was quicker; what it made is looked at when all are made.
            if error.errno == .fileExists { return }
            throw error
        }
        let made = try OpenFile.open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, operation: "create the folder")
        let inherited = try made.facts().permissions.intersection(.setGroupID)
        try made.setPermissions(permissions.union(inherited))
        if isDurable { try sync(parent(of: folder)) }
    }
}
