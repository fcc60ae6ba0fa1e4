internal import Glibc
package import SystemPackage

/// The room on a file system.
package struct DiskSpace: Hashable, Sendable {
    /// The bytes that a user without privileges can still write; quotas are not in it.
    package let availableBytes: Int
    package let totalBytes: Int
    /// The file system; two paths with the same device share one room.
    package let device: UInt64

    /// The room where `path` is or, if it does not exist yet, where its nearest existing ancestor is.
    ///
    /// - Throws: ``FileError`` when it cannot be looked at.
    package static func available(at path: FilePath) throws(FileError) -> DiskSpace {
        var place = path.isEmpty ? "." : path
        while true {
            if let facts = try facts(of: place) {
                var system = statvfs()
                try DurableFiles.system("look at", at: place) { statvfs($0, &system) }
                return DiskSpace(
                    availableBytes: bytes(system.f_bavail, system.f_frsize),
                    totalBytes: bytes(system.f_blocks, system.f_frsize), device: facts.device)
            }
            let above = Folder.parent(of: place)
            guard above != place else {
                throw FileError(operation: "look at", path: path, errno: .noSuchFileOrDirectory)
            }
            place = above
        }
    }

    private static func facts(of path: FilePath) throws(FileError) -> FileFacts? {
        do throws(FileError) {
            return try FileFacts.of(path, followingLinks: true)
        } catch {
            // A path below a file does not exist either; the file does.
            if error.errno == .notDirectory { return nil }
            throw error
        }
    }

    private static func bytes(_ blocks: UInt, _ size: UInt) -> Int {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: size)
        return overflow ? Int.max : Int(clamping: bytes)
    }
}
