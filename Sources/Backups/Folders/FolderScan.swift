import DurableFiles
import Glibc
import SystemPackage

/// Tells a file from every other and from itself after a change: what `stat` says but for what no change leaves alone.
struct FileStamp: Hashable, Sendable {
    let inode: UInt64
    /// In bytes.
    let size: Int
    /// In nanoseconds since 1970.
    let modified: Int
    /// When the file or its facts changed last, in nanoseconds since 1970.
    let changed: Int
}

/// An open folder and its names.
struct FolderScan: ~Copyable {
    let path: FilePath
    private let stream: OpaquePointer

    private init(owning stream: OpaquePointer, path: FilePath) {
        self.stream = stream
        self.path = path
    }

    deinit { closedir(stream) }

    /// - Returns: nil if there is no such folder.
    static func open(_ path: FilePath) throws -> FolderScan? {
        guard let stream = path.withPlatformString({ opendir($0) }) else {
            let code = Errno(rawValue: errno)
            if code == .noSuchFileOrDirectory { return nil }
            throw FileError(operation: "list", path: path, errno: code)
        }
        return FolderScan(owning: stream, path: path)
    }

    /// The files of the folder, for as long as it is open.
    var files: FolderFiles { FolderFiles(descriptor: dirfd(stream), path: path) }

    /// All names but hidden ones, or the hidden ones alone, in no order.
    func names(hidden: Bool = false) throws -> [String] {
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno == 0 { return names }
                throw FileError(operation: "list", path: path, errno: Errno(rawValue: errno))
            }
            guard (entry.pointee.d_name.0 == CChar(UInt8(ascii: "."))) == hidden else { continue }
            // The name is as long as it is, not as long as its field.
            let field = UnsafeRawPointer(entry) + (MemoryLayout<dirent>.offset(of: \.d_name) ?? 0)
            names.append(String(cString: field.assumingMemoryBound(to: CChar.self)))
        }
    }
}

/// The facts of a file by its name alone, which saves a path for each of 100,000; may be asked on several threads.
struct FolderFiles: Sendable {
    fileprivate let descriptor: Int32
    fileprivate let path: FilePath

    /// - Returns: nil if there is no such file, or if it is a folder or the like.
    func stamp(of name: String) throws -> FileStamp? {
        var status = stat()
        guard fstatat(descriptor, name, &status, 0) == 0 else {
            let code = Errno(rawValue: errno)
            if code == .noSuchFileOrDirectory { return nil }
            throw FileError(operation: "look at", path: path.appending(name), errno: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileStamp(
            inode: UInt64(status.st_ino), size: Int(status.st_size), modified: status.st_mtim.inNanoseconds,
            changed: status.st_ctim.inNanoseconds)
    }
}

extension timespec {
    var inNanoseconds: Int { tv_sec &* 1_000_000_000 &+ tv_nsec }
}
