import GRDBSQLite
import Glibc
import SystemPackage

/// A file system of SQLite's (`sqlite3_vfs`) in which there is one file, a ``CopyFile``.
///
/// The file is private to its one connection, which keeps no journal: locks need not be taken, and nothing else is
/// opened. All that is not about the file is the system's own (sqlite.org/c3ref/vfs.html).
final class CopyFileSystem {
    /// What `sqlite3_open_v2` is told.
    let name: String
    private let file: CopyFile
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let zName: UnsafeMutablePointer<CChar>

    /// Registers the file system; this object must outlive the connection.
    ///
    /// - Returns: nil if SQLite has no file system of its own.
    init?(of file: CopyFile) {
        guard let system = sqlite3_vfs_find(nil) else { return nil }
        self.file = file
        vfs = .allocate(capacity: 1)
        vfs.initialize(to: system.pointee)
        name = "ronde-copy-\(UInt(bitPattern: vfs))"
        zName = strdup(name)
        vfs.pointee.zName = UnsafePointer(zName)
        vfs.pointee.szOsFile = Int32(MemoryLayout<OpenCopy>.size)
        vfs.pointee.pNext = nil
        vfs.pointee.pAppData = Unmanaged.passUnretained(file).toOpaque()
        vfs.pointee.xOpen = openCopy
        sqlite3_vfs_register(vfs, 0)
    }

    deinit {
        sqlite3_vfs_unregister(vfs)
        vfs.deallocate()
        free(zName)
    }
}

/// What SQLite keeps for an open file: it knows the first field, the rest is ours.
private struct OpenCopy {
    var base: sqlite3_file
    var file: UnsafeMutableRawPointer?
}

private func openCopy(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
    _ opened: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
) -> Int32 {
    guard let vfs, let opened else { return SQLITE_CANTOPEN }
    opened.pointee.pMethods = nil
    // A journal or a temporary file: there are none.
    guard flags & SQLITE_OPEN_MAIN_DB != 0 else { return SQLITE_CANTOPEN }
    UnsafeMutableRawPointer(opened).assumingMemoryBound(to: OpenCopy.self).pointee.file = vfs.pointee.pAppData
    opened.pointee.pMethods = UnsafePointer(copyMethods)
    outFlags?.pointee = flags
    return SQLITE_OK
}

/// The methods of every open copy; made once and kept, as SQLite wants it.
// Never changed once it is made, so any thread may read it.
private nonisolated(unsafe) let copyMethods: UnsafeMutablePointer<sqlite3_io_methods> = {
    var methods = sqlite3_io_methods()
    methods.iVersion = 1
    methods.xClose = { _ in SQLITE_OK }
    methods.xRead = { file, buffer, count, offset in
        guard let buffer else { return SQLITE_OK }
        return answer(ioErrorRead) {
            let wanted = UnsafeMutableRawBufferPointer(start: buffer, count: Int(count))
            let found = try copy(file)?.read(into: wanted, at: offset) ?? 0
            guard found < wanted.count else { return SQLITE_OK }
            memset(buffer + found, 0, wanted.count - found)
            return ioErrorShortRead
        }
    }
    methods.xWrite = { file, bytes, count, offset in
        guard let bytes else { return SQLITE_OK }
        return answer(ioErrorWrite) {
            try copy(file)?.write(bytes, count: Int(count), at: offset)
            return SQLITE_OK
        }
    }
    methods.xTruncate = { file, size in
        answer(ioErrorTruncate) {
            try copy(file)?.truncate(to: size)
            return SQLITE_OK
        }
    }
    methods.xSync = { _, _ in SQLITE_OK }  // `CopyFile.finish` does it, once
    methods.xFileSize = { file, size in
        size?.pointee = copy(file)?.size ?? 0
        return SQLITE_OK
    }
    methods.xLock = { _, _ in SQLITE_OK }
    methods.xUnlock = { _, _ in SQLITE_OK }
    methods.xCheckReservedLock = { _, isReserved in
        isReserved?.pointee = 0
        return SQLITE_OK
    }
    methods.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
    methods.xSectorSize = { _ in 4_096 }
    methods.xDeviceCharacteristics = { _ in 0 }
    let kept = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    kept.initialize(to: methods)
    return kept
}()

// Numbers, since Swift does not import macros that compute (sqlite.org/rescode.html).
private let ioErrorRead: Int32 = 266
private let ioErrorShortRead: Int32 = 522
private let ioErrorWrite: Int32 = 778
private let ioErrorTruncate: Int32 = 1546

private func copy(_ file: UnsafeMutablePointer<sqlite3_file>?) -> CopyFile? {
    guard let file else { return nil }
    let context = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenCopy.self).pointee.file
    return context.map { Unmanaged<CopyFile>.fromOpaque($0).takeUnretainedValue() }
}

/// The result code of a method, and the system's error where SQLite looks for it.
private func answer(_ code: Int32, _ body: () throws -> Int32) -> Int32 {
    do {
        return try body()
    } catch {
        let cause = error as? Errno ?? .ioError
        errno = cause.rawValue
        return cause == .noSpace || cause.rawValue == EDQUOT ? SQLITE_FULL : code
    }
}
