import CLinux
import DurableFiles
import Glibc
import ProcFS
import SystemPackage

/// What a file system says of itself; sizes in bytes.
struct FileSystemFacts: Hashable, Sendable {
    /// How much of something there is for users without privileges.
    struct Supply: Hashable, Sendable {
        let used: Double
        let available: Double
        /// What can be used: without what is kept for root.
        var capacity: Double { used + available }
        /// In percent; what has no capacity is full.
        var usedShare: Double { capacity == 0 ? 100 : used * 100 / capacity }

        init(used: Double, available: Double) { (self.used, self.available) = (used, available) }

        /// From the numbers of statvfs(3), of which a network file system may tell any.
        init(total: UInt, free: UInt, available: UInt, unit: UInt = 1) {
            used = Double(total - min(free, total)) * Double(unit)
            self.available = Double(min(available, total)) * Double(unit)
        }
    }

    /// The path that was asked for, or the nearest one above it that exists.
    let place: FilePath
    /// Nil where the kernel does not tell what is mounted there.
    let mount: Mount?
    /// Nil where it has no room to count, as /proc.
    let room: Supply?
    /// Nil where it makes inodes as they are needed, and has no number of them.
    let inodes: Supply?
    let isReadOnly: Bool

    /// Two places of the same one share one room, wherever it is mounted.
    let device: UInt64

    /// Where it is mounted, or the place itself where nobody can tell.
    var point: FilePath { mount?.point ?? place }
}

extension FileSystemFacts {
    /// Looks at the file system of a path; may hang with it.
    ///
    /// - Parameters:
    ///   - path: of anything that is there.
    ///   - orAbove: whether the nearest folder above will do where it is not there yet.
    ///   - proc: tells what is mounted.
    /// - Returns: what was found.
    /// - Throws: `FileError`, `.noSuchFileOrDirectory` where there is no such path.
    static func look(
        at path: FilePath, orAbove: Bool, proc: ProcFS = ProcFS()
    ) throws(FileError) -> FileSystemFacts {
        var place = path
        while true {
            do throws(FileError) {
                return try FileSystemFacts(at: place, proc)
            } catch {
                let isMissing = error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory
                let above = Folder.parent(of: place)
                guard isMissing, orAbove, above != place else { throw error }
                place = above
            }
        }
    }

    private init(at place: FilePath, _ proc: ProcFS) throws(FileError) {
        var system = statvfs()
        // This also has an automounter mount what belongs there.
        try Self.call(place) { statvfs($0, &system) }
        self.place = place
        guard let facts = try FileFacts.of(place, followingLinks: true) else {
            throw FileError(operation: "look at", path: place, errno: .noSuchFileOrDirectory)
        }
        device = facts.device
        mount = try Self.mount(of: place, proc)
        room =
            system.f_blocks == 0
            ? nil
            : Supply(
                total: system.f_blocks, free: system.f_bfree, available: system.f_bavail, unit: system.f_frsize)
        inodes =
            system.f_files == 0
            ? nil : Supply(total: system.f_files, free: system.f_ffree, available: system.f_favail)
        isReadOnly = system.f_flag & UInt(ST_RDONLY) != 0
    }

    /// By the number that the kernel has for it: devices are of no use where file systems have several, or share one.
    private static func mount(of place: FilePath, _ proc: ProcFS) throws(FileError) -> Mount? {
        let descriptor = try call(place) { open($0, Int32(shim_O_PATH) | O_CLOEXEC) }
        defer { close(descriptor) }
        guard let id = try proc.mountID(ofDescriptor: descriptor) else { return nil }
        return try proc.mounts().first { $0.id == id }
    }

    @discardableResult
    private static func call(
        _ path: FilePath, _ body: (UnsafePointer<CChar>) -> Int32
    ) throws(FileError) -> Int32 {
        while true {
            let result = path.withPlatformString(body)
            if result != -1 { return result }
            let code = Errno(rawValue: errno)
            if code != .interrupted { throw FileError(operation: "look at", path: path, errno: code) }
        }
    }
}
