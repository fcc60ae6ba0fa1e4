internal import Glibc
package import SystemPackage

/// Whole-file operations that have happened on the device, not only in memory, once they return.
package enum DurableFile {
    /// Puts `bytes` at `path`, replacing what was there in one step: readers see the old bytes or the new ones.
    ///
    /// - Throws: ``FileError``; the old file is untouched then, and no temporary file stays.
    package static func write(
        _ bytes: [UInt8], to path: FilePath, permissions: FilePermissions
    ) throws(FileError) {
        let temporary = try TemporaryFile.create(beside: path, permissions: permissions)
        do throws(FileError) {
            try temporary.write(bytes)
        } catch {
            throw FileError(operation: "write", path: path, errno: error.errno)
        }
        try temporary.publish(as: path)
    }

    /// All the bytes of a file that is expected to be small.
    ///
    /// - Throws: ``FileError``; `.fileTooLarge` when it has more than `limit` bytes, of which no more are read.
    package static func read(_ path: FilePath, limit: Int) throws(FileError) -> [UInt8] {
        let file = try OpenFile.reading(path)
        var bytes: [UInt8] = []
        // A file may grow while it is read, and those of /proc say that they are empty.
        bytes.reserveCapacity(min(try file.facts().size, limit))
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { chunk.deallocate() }
        while case let count = try file.read(into: chunk), count > 0 {
            guard bytes.count + count <= limit else {
                throw FileError(operation: "read", path: path, errno: .fileTooLarge)
            }
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
        }
        return bytes
    }

    /// Gives a file a second name; a symbolic link is linked itself.
    ///
    /// - Throws: ``FileError``; when its `isHardLinkRefused` is true the caller may copy the file instead.
    package static func hardLink(_ existing: FilePath, as new: FilePath) throws(FileError) {
        try system("hard-link '\(existing)' as", at: new) { name in
            existing.withPlatformString { linkat(AT_FDCWD, $0, AT_FDCWD, name, 0) }
        }
        try Folder.sync(Folder.parent(of: new))
    }

    /// Removes a file or a symbolic link, never a folder.
    ///
    /// - Throws: ``FileError``, `.noSuchFileOrDirectory` when there is none.
    package static func remove(_ path: FilePath) throws(FileError) {
        try system("remove", at: path) { unlink($0) }
        try Folder.sync(Folder.parent(of: path))
    }

    /// Renames a file or folder within its file system and syncs both folders; an existing file is replaced.
    ///
    /// - Throws: ``FileError``, `.improperLink` when the new name is on another file system.
    package static func rename(_ old: FilePath, to new: FilePath) throws(FileError) {
        try system("rename '\(old)' to", at: new) { name in old.withPlatformString { Glibc.rename($0, name) } }
        let folder = Folder.parent(of: new)
        try Folder.sync(folder)
        if Folder.parent(of: old) != folder { try Folder.sync(Folder.parent(of: old)) }
    }
}
