import DurableFiles
import Glibc
import SystemPackage

extension FilePath {
    /// The path with an ending, byte by byte: `test.db` and `-wal` make `test.db-wal`.
    func adding(_ ending: String) -> FilePath {
        withPlatformString { start in
            // Bytes, not a `String`: a name need not be UTF-8.
            let name = Array(UnsafeBufferPointer(start: start, count: strlen(start)))
            return FilePath(platformString: name + ending.utf8.map { CChar(bitPattern: $0) } + [0])
        }
    }
}

/// The files of one database by their names: the main file and those that SQLite keeps beside it.
struct DatabaseFiles: Hashable, Sendable {
    /// What holds content that the main file lacks, or that SQLite would write into it.
    static let sidecars = ["-wal", "-journal"]
    /// The index of the WAL, which SQLite makes anew.
    static let index = "-shm"

    let main: FilePath

    var existing: [FilePath] {
        get throws {
            try ([""] + Self.sidecars + [Self.index]).map(main.adding).filter {
                try FileFacts.of($0, followingLinks: false) != nil
            }
        }
    }

    /// Removes what is there of it.
    func remove() throws { for path in try existing { try DurableFile.remove(path) } }
}

/// What tells of a file that it is the same and was not written to.
struct FileStamp: Hashable, Sendable, Codable {
    let inode: UInt64
    let bytes: Int
    /// Nanoseconds since 1970.
    let modified: Int64

    /// The stamp of the file at a path, nil if there is none.
    static func of(_ path: FilePath) throws -> FileStamp? {
        guard let status = try FileStatus.of(path) else { return nil }
        return FileStamp(
            inode: UInt64(status.st_ino), bytes: Int(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec))
    }
}

/// The same for a database and what lies beside it.
struct DatabaseStamp: Hashable, Sendable, Codable {
    let main: FileStamp?
    let wal: FileStamp?
    let journal: FileStamp?

    static func of(_ path: FilePath) throws -> DatabaseStamp {
        DatabaseStamp(
            main: try .of(path), wal: try .of(path.adding("-wal")), journal: try .of(path.adding("-journal")))
    }
}

enum FileStatus {
    /// What `lstat(2)` says of a path, nil if there is nothing.
    ///
    /// - Throws: `FileError` when it cannot be looked at.
    static func of(_ path: FilePath) throws -> stat? {
        var status = stat()
        guard path.withPlatformString({ lstat($0, &status) }) != 0 else { return status }
        let code = Errno(rawValue: errno)
        if code == .noSuchFileOrDirectory { return nil }
        throw FileError(operation: "look at", path: path, errno: code)
    }
}
