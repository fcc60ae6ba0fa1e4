import DurableFiles
import GRDBSQLite
import Glibc
import SystemPackage

/// The file that a copy is being written into: private from its first byte, and gone unless `finish` returned.
final class CopyDestination {
    let path: FilePath
    private let file: CopyFile
    private let system: CopyFileSystem
    private var handle: OpaquePointer?
    private var isFinished = false

    /// - Throws: ``SQLiteFileError``: `alreadyExists`, `permission`, `missing` for its folder, `diskFull`.
    init(creating path: FilePath, direct: Bool) throws(SQLiteFileError) {
        let absolute = path.isAbsolute ? path : Self.currentFolder.pushing(path)
        self.path = absolute
        do {
            file = try CopyFile(creating: absolute, direct: direct)
        } catch {
            let code = (error as? Errno)?.rawValue ?? EIO
            throw SQLiteFileError(
                .init(failedCall: code), at: path, during: "create the copy", message: systemMessage(code))
        }
        guard let system = CopyFileSystem(of: file) else {
            _ = absolute.withPlatformString { unlink($0) }
            throw SQLiteFileError(.other, at: path, during: "create the copy", message: "SQLite has no file system")
        }
        self.system = system
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = absolute.withPlatformString { sqlite3_open_v2($0, &handle, flags, system.name) }
        guard code == SQLITE_OK else { throw failure(code) }
        // The file is worth nothing before `finish`, which syncs it; until then SQLite need not protect it.
        for pragma in ["locking_mode=EXCLUSIVE", "journal_mode=OFF", "synchronous=OFF"] { try run(pragma) }
    }

    deinit {
        sqlite3_close_v2(handle)
        guard !isFinished else { return }
        _ = path.withPlatformString { unlink($0) }
    }

    var database: OpaquePointer? { handle }

    private func run(_ pragma: String) throws(SQLiteFileError) {
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
        let code = sqlite3_close(handle)
        guard code == SQLITE_OK else { throw failure(code) }
        handle = nil
        do {
            try leaveWALMode()
            try file.finish()
        } catch let error as Errno {
            throw SQLiteFileError(
                .init(failedCall: error.rawValue), at: path, during: "write the copy",
                message: systemMessage(error.rawValue))
        }
        try Folder.sync(Folder.parent(of: path))
        isFinished = true
    }

    /// A copy of a WAL database says so in its header, and would grow sidecars when it is opened.
    ///
    /// Two bytes of the header: 1 is a rollback journal, 2 a WAL (sqlite.org/fileformat2.html, 1.3.3).
    private func leaveWALMode() throws {
        var versions: [UInt8] = [0, 0]
        let count = try versions.withUnsafeMutableBytes { try file.read(into: $0, at: 18) }
        guard count == 2, versions == [2, 2] else { return }
        versions = [1, 1]
        try versions.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            try file.write(start, count: bytes.count, at: 18)
        }
    }

    private static var currentFolder: FilePath {
        guard let folder = getcwd(nil, 0) else { return "/" }
        defer { free(folder) }
        return FilePath(platformString: folder)
    }
}
