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
        let facts: Stat
        do {
            facts = try Stat(path)
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
            throw error
        }
        self.init(facts)
    }

    /// Looks at an open file.
    /// - Throws: `Errno`, where it could not be looked at.
    init(descriptor: Int32) throws {
        self.init(try Stat(FileDescriptor(rawValue: descriptor)))
    }

    private init(_ facts: Stat) {
        device = UInt64(facts.deviceID.rawValue)
        inode = UInt64(facts.inode.rawValue)
        size = facts.size
    }

    static func == (one: Self, other: Self) -> Bool {
        one.device == other.device && one.inode == other.inode
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(device)
        hasher.combine(inode)
    }
}
