#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import SystemPackage

/// Which file a path leads to, whatever it is called: the same device and inode are the same file.
struct FileIdentity: Hashable, Sendable {
    let device: UInt64
    let inode: UInt64
    /// Size in bytes when it was looked at; no part of the identity.
    let size: Int64

    /// Looks at what `path` leads to; nil where there is nothing.
    /// - Throws: `Errno`, where it could not be looked at.
    init?(at path: FilePath) throws {
        var facts = stat()
        guard stat(path.string, &facts) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Errno(rawValue: errno)
        }
        self.init(facts)
    }

    /// Looks at an open file.
    /// - Throws: `Errno`, where it could not be looked at.
    init(descriptor: Int32) throws {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw Errno(rawValue: errno) }
        self.init(facts)
    }

    private init(_ facts: stat) {
        device = UInt64(facts.st_dev)
        inode = UInt64(facts.st_ino)
        size = Int64(facts.st_size)
    }

    static func == (one: Self, other: Self) -> Bool {
        one.device == other.device && one.inode == other.inode
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(device)
        hasher.combine(inode)
    }
}
