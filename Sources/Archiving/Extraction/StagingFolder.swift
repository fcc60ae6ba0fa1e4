internal import DurableFiles
internal import Glibc
internal import SystemPackage

/// A hidden folder in the target, closed to others, that holds what was unpacked until all of it was checked.
///
/// Files are new ones, and symbolic links are made last, so that nothing can be written through a link.
final class StagingFolder {
    private let target: FilePath
    private let path: FilePath
    private let madeTarget: Bool
    private let descriptor: CInt
    private var published: [EntryPath] = []
    /// What is smaller is left to the system to write back: an extraction can be repeated.
    private static let syncedBytes = 1 << 16
    /// From 1970 to 2200; another time is none that a file was changed at.
    private static let plausibleTimes = 1..<7_258_118_400

    /// Makes the folder, and the target if it is missing.
    ///
    /// - Throws: ``ArchiveError`` when the target is not an empty folder or cannot be written.
    init(in target: FilePath) throws(ArchiveError) {
        self.target = target
        do throws(FileError) {
            let facts = try FileFacts.of(target, followingLinks: false)
            madeTarget = facts == nil
            if let facts {
                guard facts.kind == .folder else {
                    throw FileError(operation: "extract into", path: target, errno: .notDirectory)
                }
                guard try Folder.components(of: target).isEmpty else {
                    throw FileError(operation: "extract into", path: target, errno: .directoryNotEmpty)
                }
            }
            let random = String(UInt64.random(in: .min ... .max), radix: 16)
            path = target.appending(".extracting-\(random)")
            if madeTarget { try Self.call("create the folder", target) { mkdir($0, 0o700) } }
            do throws(FileError) {
                try Self.call("create the folder", path) { mkdir($0, 0o700) }
                descriptor = try Self.call("open", path) { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
            } catch {
                // Both are empty or missing; the error that is thrown says why there is nothing to extract into.
                _ = path.withPlatformString { rmdir($0) }
                if madeTarget { _ = target.withPlatformString { rmdir($0) } }
                throw error
            }
        } catch {
            throw .failed("extract", error)
        }
    }

    deinit { _ = close(descriptor) }

    func makeFolder(_ folder: EntryPath) throws(ArchiveError) {
        try check("create the folder", folder) { mkdirat(descriptor, $0, 0o700) }
    }

    /// Gives a folder its permissions: never for others to write in, always for the owner.
    func setPermissions(of folder: EntryPath, _ mode: mode_t) throws(ArchiveError) {
        try check("set the permissions of", folder) { fchmodat(descriptor, $0, mode & 0o755 | 0o700, 0) }
    }

    /// Makes a file, lets `fill` write it, and says how many bytes it has.
    ///
    /// Of its permissions it keeps those that let nobody else write, less what the umask takes away.
    func makeFile(
        _ file: EntryPath, mode: mode_t, modified: Int? = nil,
        fill: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws -> Int {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let opened = try check("create", file) { openat(descriptor, $0, flags, mode & 0o755 | 0o600) }
        defer { _ = close(opened) }
        var count = 0
        try fill { bytes in
            try self.write(bytes, to: opened, file)
            count += bytes.count
        }
        if let modified, Self.plausibleTimes.contains(modified) {
            let time = timespec(tv_sec: modified, tv_nsec: 0)
            try check("set the time of", file) { _ in
                [time, time].withUnsafeBufferPointer { futimens(opened, $0.baseAddress) }
            }
        }
        if count >= Self.syncedBytes { try check("sync", file) { _ in fsync(opened) } }
        return count
    }

    func makeLink(_ link: EntryPath, to existing: EntryPath) throws(ArchiveError) {
        try check("create", link) { new in existing.withCString { linkat(descriptor, $0, descriptor, new, 0) } }
    }

    func makeSymbolicLink(_ link: EntryPath, to place: [UInt8]) throws(ArchiveError) {
        try check("create", link) { new in
            (place + [0]).withUnsafeBufferPointer { buffer in
                buffer.withMemoryRebound(to: CChar.self) { $0.baseAddress.map { symlinkat($0, descriptor, new) } ?? -1 }
            }
        }
    }

    /// Moves what was unpacked to where it belongs; the target holds that and nothing else then.
    func publish(_ names: [EntryPath]) throws(ArchiveError) {
        do throws(FileError) {
            let above = try Self.call("open", target) { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
            defer { _ = close(above) }
            for name in names {
                try name.call("create", in: target) { rename(descriptor, $0, above) }
                published.append(name)
            }
            try Self.call("remove", path) { rmdir($0) }
            try Folder.sync(target)
        } catch {
            throw .failed("extract", error)
        }
    }

    /// Removes all that was made: the target is as it was.
    func discard() throws(FileError) {
        for name in published { try Folder.removeTree(name.below(target)) }
        try Folder.removeTree(path)
        if madeTarget { try Self.call("remove", target) { rmdir($0) } }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to file: CInt, _ path: EntryPath) throws(ArchiveError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try check("write", path) { _ in Glibc.write(file, rest.baseAddress, rest.count) }
            guard count > 0 else { throw .failed("extract", self.path, "the device takes no more bytes", code: EIO) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private func rename(_ from: CInt, _ name: UnsafePointer<CChar>, _ to: CInt) -> CInt {
        renameat(from, name, to, name)
    }

    @discardableResult
    private func check<Result: SignedInteger>(
        _ operation: String, _ entry: EntryPath, _ call: (UnsafePointer<CChar>) -> Result
    ) throws(ArchiveError) -> Result {
        do throws(FileError) {
            return try entry.call(operation, in: target, call)
        } catch {
            throw .failed("extract", error)
        }
    }

    @discardableResult
    private static func call(
        _ operation: String, _ path: FilePath, _ call: (UnsafePointer<CChar>) -> CInt
    ) throws(FileError) -> CInt {
        let result = path.withPlatformString(call)
        guard result != -1 else { throw FileError(operation: operation, path: path, errno: Errno(rawValue: errno)) }
        return result
    }
}

extension EntryPath {
    /// Where the entry is in the end.
    fileprivate func below(_ folder: FilePath) -> FilePath {
        withCString { folder.pushing(FilePath(platformString: $0)) }
    }

    /// Calls the system with the entry's path until it is not interrupted, and turns its `-1` into an error.
    @discardableResult
    fileprivate func call<Result: SignedInteger>(
        _ operation: String, in folder: FilePath, _ call: (UnsafePointer<CChar>) -> Result
    ) throws(FileError) -> Result {
        while true {
            // The code of the call itself, before anything else can change it.
            let (result, code) = withCString { (call($0), errno) }
            if result != -1 { return result }
            if code != EINTR {
                throw FileError(operation: operation, path: below(folder), errno: Errno(rawValue: code))
            }
        }
    }
}
