import GRDBSQLite
import Glibc

/// The system's own file system of SQLite's (`sqlite3_vfs`), with a ``WriteWatch`` at the files of one database.
///
/// VACUUM asks for interruptions only in its first part: once it writes the new database over the old one, the one
/// place to end it is a write that fails, which SQLite then rolls back as it would after a full disk.
final class WatchedFileSystem {
    let name: String
    let watch: WriteWatch
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let zName: UnsafeMutablePointer<CChar>

    /// Registers the file system; this object must outlive the connection.
    ///
    /// - Returns: nil if SQLite has no file system of its own.
    init?(_ watch: WriteWatch) {
        guard let system = sqlite3_vfs_find(nil) else { return nil }
        self.watch = watch
        vfs = .allocate(capacity: 1)
        vfs.initialize(to: system.pointee)
        name = "ronde-watched-\(UInt(bitPattern: vfs))"
        zName = strdup(name)
        vfs.pointee.zName = UnsafePointer(zName)
        vfs.pointee.szOsFile = Int32(OpenWatched.size) + system.pointee.szOsFile
        vfs.pointee.pNext = nil
        vfs.pointee.pAppData = Unmanaged.passUnretained(watch).toOpaque()
        vfs.pointee.xOpen = openWatched
        sqlite3_vfs_register(vfs, 0)
    }

    deinit {
        sqlite3_vfs_unregister(vfs)
        vfs.deallocate()
        free(zName)
    }
}

/// What SQLite keeps for a file: it knows the first field; the system's own file follows.
private struct OpenWatched {
    var base: sqlite3_file
    var watch: UnsafeMutableRawPointer?

    /// Rounded up to what any structure may want.
    static var size: Int { (MemoryLayout<OpenWatched>.size + 15) & ~15 }
}

private typealias File = UnsafeMutablePointer<sqlite3_file>

private func openWatched(
    _ vfs: UnsafeMutablePointer<sqlite3_vfs>?, _ name: UnsafePointer<CChar>?,
    _ opened: UnsafeMutablePointer<sqlite3_file>?, _ flags: Int32, _ outFlags: UnsafeMutablePointer<Int32>?
) -> Int32 {
    guard let vfs, let opened, let system = sqlite3_vfs_find(nil), let open = system.pointee.xOpen else {
        return SQLITE_CANTOPEN
    }
    // Temporary files hold up nobody.
    let watched = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL
    guard flags & watched != 0 else { return open(system, name, opened, flags, outFlags) }
    opened.pointee.pMethods = nil
    let inner = innerFile(opened)
    inner.pointee.pMethods = nil
    let code = open(system, name, inner, flags, outFlags)
    UnsafeMutableRawPointer(opened).assumingMemoryBound(to: OpenWatched.self).pointee.watch = vfs.pointee.pAppData
    // SQLite closes a file that has methods, also one that could not be opened.
    if inner.pointee.pMethods != nil { opened.pointee.pMethods = UnsafePointer(watchedMethods) }
    return code
}

private func innerFile(_ file: File) -> File {
    (UnsafeMutableRawPointer(file) + OpenWatched.size).assumingMemoryBound(to: sqlite3_file.self)
}

private func watch(_ file: File) -> WriteWatch? {
    let context = UnsafeMutableRawPointer(file).assumingMemoryBound(to: OpenWatched.self).pointee.watch
    return context.map { Unmanaged<WriteWatch>.fromOpaque($0).takeUnretainedValue() }
}

/// Calls the system's method of the file behind a watched one.
private func pass(_ file: File?, _ call: (sqlite3_io_methods, File) -> Int32?) -> Int32 {
    guard let file, let methods = innerFile(file).pointee.pMethods else { return SQLITE_MISUSE }
    return call(methods.pointee, innerFile(file)) ?? SQLITE_MISUSE
}

// Numbers, since Swift does not import macros that compute (sqlite.org/rescode.html).
private let ioErrorWrite: Int32 = 778
/// The byte of the index of a WAL that its writer locks (sqlite.org/walformat.html, 2.3).
private let walWriteLock: Int32 = 0

/// The methods of every watched file; made once and kept, as SQLite wants it.
// Never changed once it is made, so any thread may read it.
private nonisolated(unsafe) let watchedMethods: UnsafeMutablePointer<sqlite3_io_methods> = {
    var methods = sqlite3_io_methods()
    methods.iVersion = 2  // all but memory mapping
    addPlainMethods(to: &methods)
    addWatchedMethods(to: &methods)
    let kept = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    kept.initialize(to: methods)
    return kept
}()

private func addPlainMethods(to methods: inout sqlite3_io_methods) {
    methods.xClose = { file in pass(file) { $0.xClose?($1) } }
    methods.xRead = { file, buffer, count, offset in pass(file) { $0.xRead?($1, buffer, count, offset) } }
    methods.xTruncate = { file, size in pass(file) { $0.xTruncate?($1, size) } }
    methods.xSync = { file, flags in pass(file) { $0.xSync?($1, flags) } }
    methods.xFileSize = { file, size in pass(file) { $0.xFileSize?($1, size) } }
    methods.xCheckReservedLock = { file, answer in pass(file) { $0.xCheckReservedLock?($1, answer) } }
    methods.xFileControl = { file, operation, argument in pass(file) { $0.xFileControl?($1, operation, argument) } }
    methods.xSectorSize = { file in pass(file) { $0.xSectorSize?($1) } }
    methods.xDeviceCharacteristics = { file in pass(file) { $0.xDeviceCharacteristics?($1) } }
    methods.xShmMap = { file, region, size, extend, memory in
        pass(file) { $0.xShmMap?($1, region, size, extend, memory) }
    }
    methods.xShmBarrier = { file in
        _ = pass(file) {
            $0.xShmBarrier?($1)
            return SQLITE_OK
        }
    }
    methods.xShmUnmap = { file, delete in pass(file) { $0.xShmUnmap?($1, delete) } }
}

private func addWatchedMethods(to methods: inout sqlite3_io_methods) {
    methods.xWrite = { file, bytes, count, offset in
        guard let file else { return SQLITE_MISUSE }
        let watch = watch(file)
        if watch?.isOverdue() == true { return ioErrorWrite }
        let code = pass(file) { $0.xWrite?($1, bytes, count, offset) }
        guard code == SQLITE_OK, watch?.wrote(Int(count)) == true else { return code }
        return pass(file) { $0.xSync?($1, SQLITE_SYNC_NORMAL) }
    }
    methods.xLock = { file, level in
        let code = pass(file) { $0.xLock?($1, level) }
        if let file, code == SQLITE_OK, level >= SQLITE_LOCK_RESERVED { watch(file)?.lockTaken() }
        return code
    }
    methods.xUnlock = { file, level in
        if let file, level < SQLITE_LOCK_RESERVED { watch(file)?.lockReleased() }
        return pass(file) { $0.xUnlock?($1, level) }
    }
    methods.xShmLock = { file, offset, count, flags in
        let code = pass(file) { $0.xShmLock?($1, offset, count, flags) }
        guard let file, code == SQLITE_OK, offset == walWriteLock, flags & SQLITE_SHM_EXCLUSIVE != 0 else {
            return code
        }
        if flags & SQLITE_SHM_LOCK != 0 { watch(file)?.lockTaken() } else { watch(file)?.lockReleased() }
        return code
    }
}
