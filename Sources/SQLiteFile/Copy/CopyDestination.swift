import DurableFiles
import GRDBSQLite
import Glibc
import SystemPackage

/// The file that a copy is being written into: private from its first byte, and gone unless `finish` returned.
final class CopyDestination {
    let path: FilePath
    private var handle: OpaquePointer?
    private var isFinished = false

    /// - Throws: ``SQLiteFileError``: `alreadyExists`, `permission`, `missing` for its folder, `diskFull`.
    init(creating path: FilePath) throws(SQLiteFileError) {
        self.path = path.isAbsolute ? path : Self.currentFolder.pushing(path)
        do {
            let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .noFollow, .closeOnExec]
            try FileDescriptor.open(self.path, .writeOnly, options: options, permissions: .ownerReadWrite).close()
        } catch {
            isFinished = true  // whatever is there is not ours to remove
            let code = (error as? Errno)?.rawValue ?? EIO
            throw SQLiteFileError(
                .init(failedCall: code), at: path, during: "create the copy", message: systemMessage(code))
        }
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = self.path.withPlatformString { sqlite3_open_v2($0, &handle, flags, nil) }
        guard code == SQLITE_OK else { throw failure(code) }
        // The file is worth nothing before `finish`, which syncs it; until then SQLite need not protect it.
        // An exclusive lock keeps the index of a WAL in memory: no -shm file.
        for pragma in ["locking_mode=EXCLUSIVE", "journal_mode=OFF", "synchronous=OFF"] { try run(pragma) }
    }

    deinit {
        sqlite3_close_v2(handle)
        guard !isFinished else { return }
        for suffix in ["", "-journal", "-wal", "-shm"] {
            _ = path.sidecar(suffix).withPlatformString { unlink($0) }
        }
    }

    var database: OpaquePointer? { handle }

    func run(_ pragma: String) throws(SQLiteFileError) {
        let code = sqlite3_exec(handle, "PRAGMA \(pragma)", nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    func failure(_ code: Int32) -> SQLiteFileError {
        let systemError = handle.map { sqlite3_system_errno($0) } ?? 0
        let words = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        return SQLiteFileError(
            .init(extendedCode: code, systemError: systemError), at: path, during: "write the copy",
            extendedCode: code, message: words.map { String(cString: $0) } ?? "")
    }

    /// Makes the copy one self-contained file on the device.
    func finish() throws {
        // A copy of a WAL database says `wal` in its header, and would grow sidecars when opened.
        try run("journal_mode=DELETE")
        let code = sqlite3_close(handle)
        guard code == SQLITE_OK else { throw failure(code) }
        handle = nil
        for suffix in ["-journal", "-wal", "-shm"] where fileSize(path.sidecar(suffix)) != nil {
            throw SQLiteFileError(
                .other, at: path, during: "finish the copy", message: "SQLite left \(suffix) beside it")
        }
        try OpenFile.reading(path).sync()
        try Folder.sync(Folder.parent(of: path))
        isFinished = true
    }

    private static var currentFolder: FilePath {
        guard let folder = getcwd(nil, 0) else { return "/" }
        defer { free(folder) }
        return FilePath(platformString: folder)
    }
}
