import DurableFiles
import Glibc
import SystemPackage

/// A path that led to a regular file of a size that a database can have.
struct ResolvedFile {
    /// As the caller wrote it, for messages.
    let givenPath: FilePath
    /// Absolute and without symbolic links.
    let path: FilePath

    /// The smallest page, and so the smallest database (sqlite.org/fileformat2.html, 1.3.2).
    private static let smallestDatabase = 512

    /// - Throws: ``SQLiteFileError``.
    init(_ givenPath: FilePath) throws(SQLiteFileError) {
        self.givenPath = givenPath
        guard let resolved = givenPath.withPlatformString({ realpath($0, nil) }) else {
            let error = errno
            throw SQLiteFileError(
                .init(failedCall: error), at: givenPath, during: "open the database", message: systemMessage(error))
        }
        defer { free(resolved) }
        path = FilePath(platformString: resolved)
        // Only `stat`: to open a pipe would hang, and to open and close the file would drop SQLite's locks.
        guard let size = fileSize(path) else {
            throw SQLiteFileError(.notAFile, at: givenPath, during: "open the database")
        }
        guard size >= Self.smallestDatabase else {
            throw SQLiteFileError(
                .notADatabase, at: givenPath, during: "open the database",
                message: size == 0 ? "the file is empty" : "the file has only \(size) bytes")
        }
    }
}

/// The size in bytes of the regular file at a path, nil if there is none or it cannot be looked at.
func fileSize(_ path: FilePath) -> Int64? {
    // For a sidecar, "cannot look" and "is not there" come to the same: SQLite itself reports what it needs.
    guard let facts = try? FileFacts.of(path, followingLinks: true), facts.kind == .file else { return nil }
    return Int64(facts.size)
}

extension FilePath {
    /// The path of a file that SQLite keeps beside a database: `-wal`, `-shm` or `-journal`.
    func sidecar(_ suffix: String) -> FilePath {
        withPlatformString { start in
            // Bytes, not a `String`: a name need not be UTF-8.
            let name = Array(UnsafeBufferPointer(start: start, count: strlen(start)))
            return FilePath(platformString: name + suffix.utf8.map { CChar(bitPattern: $0) } + [0])
        }
    }
}
