import DurableFiles
import Foundation
import Glibc
import SystemPackage

/// A file system in memory of its own, gone with the last reference to it.
final class SmallDisk {
    let folder: FilePath

    /// - Parameter options: of tmpfs: `size=1m,nr_inodes=10`.
    /// - Throws: `FileError` where it may not be mounted.
    init(_ options: String) throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("disk-\(UUID().uuidString)")
        try Folder.create(folder, isDurable: false)
        guard geteuid() == 0, mount("ronde-test", folder.string, "tmpfs", 0, options) == 0 else {
            let code = Errno(rawValue: errno)
            rmdir(folder.string)
            throw FileError(operation: "mount", path: folder, errno: code)
        }
    }

    deinit {
        umount2(folder.string, CInt(MNT_DETACH))
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    /// Whether this user may mount at all: root in a container may not.
    static let isAllowed = (try? SmallDisk("size=64k")) != nil

    func fill(_ bytes: Int, named name: String = "filler") throws {
        try Data(count: bytes).write(to: URL(fileURLWithPath: folder.appending(name).string))
    }

    func makeReadOnly() -> Bool { mount("ronde-test", folder.string, "tmpfs", UInt(MS_RDONLY | MS_REMOUNT), "") == 0 }
}
