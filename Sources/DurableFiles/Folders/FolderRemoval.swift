internal import Glibc
package import SystemPackage

extension Folder {
    /// Removes a folder and all in it, or a single file; a symbolic link is removed, never followed.
    ///
    /// Nothing on another file system is removed: a mount point below `path` is an error. A missing path is no error.
    ///
    /// - Throws: ``FileError``; a part of the tree may be gone then.
    package static func removeTree(_ path: FilePath) throws(FileError) {
        guard path.lastComponent?.kind == .regular else {
            throw FileError(operation: "remove", path: path, errno: .invalidArgument)
        }
        guard let facts = try FileFacts.of(path, followingLinks: false) else { return }
        guard facts.kind == .folder else { return try DurableFile.remove(path) }
        try FolderRemoval.begin(path).run()
        try sync(parent(of: path))
    }
}

/// Empties a folder with two open descriptors however deep it is: folders below the first level are moved up into it.
private struct FolderRemoval: ~Copyable {
    private let top: OpenFile
    private let device: UInt64
    private var moved = 0

    private init(of top: consuming OpenFile, on device: UInt64) {
        self.top = top
        self.device = device
    }

    static func begin(_ path: FilePath) throws(FileError) -> FolderRemoval {
        try makeAccessible(path, from: AT_FDCWD, name: path)
        let top = try OpenFile.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, operation: "remove")
        let device = try top.facts().device
        return FolderRemoval(of: top, on: device)
    }

    consuming func run() throws(FileError) {
        while case let names = try FolderStream(top).names(), !names.isEmpty {
            for name in names { try remove(name) }
        }
        try system("remove", at: top.path) { rmdir($0) }
    }

    private mutating func remove(_ name: FilePath.Component) throws(FileError) {
        let path = top.path.appending(name)
        if try unlinked(name, in: top) { return }
        if try Self.call(
            "remove", path, name, { unlinkat(top.descriptor.rawValue, $0, AT_REMOVEDIR) }, or: .directoryNotEmpty)
        {
            return
        }
        let folder = try openFolder(name, at: path)
        for inner in try FolderStream(folder).names() where try !unlinked(inner, in: folder) {
            try moveUp(inner, from: folder)
        }
        // Not empty again if someone is writing into it: the next sweep over the top folder sees it.
        _ = try Self.call(
            "remove", path, name, { unlinkat(top.descriptor.rawValue, $0, AT_REMOVEDIR) }, or: .directoryNotEmpty)
    }

    /// Removes anything but a folder; false for a folder.
    private func unlinked(_ name: FilePath.Component, in folder: borrowing OpenFile) throws(FileError) -> Bool {
        let descriptor = folder.descriptor.rawValue
        return try Self.call(
            "remove", folder.path.appending(name), name, { unlinkat(descriptor, $0, 0) }, or: .isDirectory)
    }

    private func openFolder(_ name: FilePath.Component, at path: FilePath) throws(FileError) -> OpenFile {
        let above = top.descriptor.rawValue
        try Self.makeAccessible(path, from: above, name: FilePath(root: nil, [name]))
        let descriptor = try system("remove", path) {
            name.withPlatformString { openat(above, $0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        }
        let folder = OpenFile(owning: descriptor, path: path)
        guard try folder.facts().device == device else {
            throw FileError(operation: "remove", path: path, errno: .improperLink)
        }
        return folder
    }

    private mutating func moveUp(_ name: FilePath.Component, from folder: borrowing OpenFile) throws(FileError) {
        let (path, below, above) = (folder.path.appending(name), folder.descriptor.rawValue, top.descriptor.rawValue)
        if try Self.call("remove", path, name, { unlinkat(below, $0, AT_REMOVEDIR) }, or: .directoryNotEmpty) { return }
        try Self.makeAccessible(path, from: below, name: FilePath(root: nil, [name]))
        moved += 1
        let random = UInt64.random(in: .min ... .max)
        let unique = ".removing-\(moved)-\(random)"
        try system("remove", path) { name.withPlatformString { old in renameat(below, old, above, unique) } }
    }

    /// Gives the owner of a folder the access that emptying it needs; a folder of someone else is left as it is.
    private static func makeAccessible(
        _ path: FilePath, from folder: CInt, name: FilePath
    ) throws(FileError) {
        var status = stat()
        try system("remove", path) {
            name.withPlatformString { fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }
        }
        let facts = FileFacts(status)
        let needed: FilePermissions = .ownerReadWriteExecute
        guard facts.owner == geteuid(), !facts.permissions.isSuperset(of: needed) else { return }
        // Refuses a symbolic link, should one be put in its place meanwhile.
        let mode = facts.permissions.union(needed).rawValue
        try system("remove", path) {
            name.withPlatformString { fchmodat(folder, $0, mode, AT_SYMLINK_NOFOLLOW) }
        }
    }

    /// True if the call did it or the name is gone already, false if it failed with the expected error.
    private static func call(
        _ operation: String, _ path: FilePath, _ name: FilePath.Component, _ call: (UnsafePointer<CChar>) -> CInt,
        or expected: Errno
    ) throws(FileError) -> Bool {
        do throws(FileError) {
            try system(operation, path) { name.withPlatformString(call) }
            return true
        } catch {
            if error.errno == .noSuchFileOrDirectory { return true }
            if error.errno == expected { return false }
            throw error
        }
    }
}
