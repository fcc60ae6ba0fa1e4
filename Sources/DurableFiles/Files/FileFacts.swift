package import Foundation
internal import Glibc
package import SystemPackage

/// What the file system knows about a file, as `stat(2)` gives it.
package struct FileFacts: Hashable, Sendable {
    /// What sort of thing a path names.
    package enum Kind: Hashable, Sendable { case file, folder, symbolicLink, other }

    package let kind: Kind
    /// The length in bytes.
    package let size: Int
    package let permissions: FilePermissions
    /// The user id of the owner.
    package let owner: UInt32
    /// The group id.
    package let group: UInt32
    package let modified: Date
    package let inode: UInt64
    /// The file system the file is on; `inode` is unique within it.
    package let device: UInt64
    /// How many names the file has.
    package let linkCount: Int

    /// The facts of the file at `path`, or nothing if there is none.
    ///
    /// - Throws: ``FileError`` when it cannot be looked at: a folder above is closed to us or is not a folder.
    package static func of(_ path: FilePath, followingLinks: Bool) throws(FileError) -> FileFacts? {
        var status = stat()
        do throws(FileError) {
            try system("look at", at: path) { fstatat(AT_FDCWD, $0, &status, followingLinks ? 0 : AT_SYMLINK_NOFOLLOW) }
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
        return FileFacts(status)
    }

    /// Whether both are facts of one and the same file.
    package func isSameFile(as other: FileFacts) -> Bool { inode == other.inode && device == other.device }

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .symbolicLink
            default: .other
            }
        size = Int(status.st_size)
        permissions = FilePermissions(rawValue: status.st_mode & 0o7777)
        owner = status.st_uid
        group = status.st_gid
        let seconds = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
        modified = Date(timeIntervalSince1970: seconds)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        linkCount = Int(status.st_nlink)
    }
}
