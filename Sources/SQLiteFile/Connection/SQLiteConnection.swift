package import SystemPackage
import GRDBSQLite

/// One connection to a SQLite file, owned by one caller and used from one task at a time.
///
/// All work is synchronous. It stops soon after its task is cancelled or ``deadline`` passes, and waits for the
/// locks of other connections up to the `busyTimeout` it was opened with.
/// It speaks to SQLite's C interface directly: what is done here needs exact open flags, extended result codes and the
/// online backup steps, and no rows as values.
package final class SQLiteConnection {
    /// What a connection may do.
    package enum Mode: Hashable, Sendable {
        /// Reads; never changes the database, and leaves no file beside it that was not there.
        case readOnly
        /// Maintains; behaves like a connection of the service itself, checkpoints included.
        case readWrite
    }

    /// As the caller wrote it, for messages.
    package let path: FilePath
    /// What the connection may do.
    package let mode: Mode
    /// The file that the path led to when it was opened, without symbolic links: SQLite keeps `-wal` beside this one.
    let resolvedPath: FilePath
    let patience: Patience
    /// Nil unless it was opened with one.
    let watch: WriteWatch?
    // Outlives the handle: SQLite calls it until that is closed.
    private let fileSystem: WatchedFileSystem?
    private let hadWAL: Bool
    private var handle: OpaquePointer?

    /// When work must have ended; it may be changed between operations.
    package var deadline: ContinuousClock.Instant? {
        get { patience.deadline }
        set { patience.deadline = newValue }
    }

    /// Opens what is there, without reading it yet.
    ///
    /// ``SQLiteFile/open(mode:busyTimeout:deadline:)`` is the front door.
    init(
        _ target: ResolvedFile, mode: Mode, patience: Patience, watch: WriteWatch? = nil
    ) throws(SQLiteFileError) {
        self.watch = watch
        fileSystem = watch.flatMap { WatchedFileSystem($0) }
        patience.watch = watch
        path = target.givenPath
        resolvedPath = target.path
        self.mode = mode
        self.patience = patience
        hadWAL = fileSize(target.path.sidecar("-wal")) != nil
        // Never SQLITE_OPEN_CREATE. The path is absolute, so it is never taken for a URI: `%`, `?` and `#` are plain.
        let access = mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        let code = target.path.withPlatformString { sqlite3_open_v2($0, &handle, flags, fileSystem?.name) }
        guard code == SQLITE_OK, let handle else { throw failure(code, during: "open the database") }
        patience.attach(to: handle)
        guard mode == .readOnly || sqlite3_db_readonly(handle, "main") == 0 else {
            throw SQLiteFileError(.permission, at: path, during: "open the database for writing")
        }
        // Memory mapping turns a file that shrinks into a crash. The next two distrust what a file says of itself.
        // Twice SQLite's own cache: more makes checks little faster, and a backup has several connections.
        for pragma in ["mmap_size=0", "trusted_schema=OFF", "cell_size_check=ON", "cache_size=-4096"] {
            try execute("PRAGMA \(pragma)", during: "open the database")
        }
    }

    deinit { close() }

    /// Makes do with a smaller cache than usual, as who reads every row once can.
    ///
    /// - Throws: ``SQLiteFileError`` when work must stop.
    package func useSmallCache() throws { try execute("PRAGMA cache_size=-1024", during: "open the database") }

    /// Closes the connection at once rather than when its last reference goes.
    ///
    /// Only the first call does anything; any other use of a closed connection is a mistake of the program.
    package func close() {
        guard let open = handle else { return }
        handle = nil
        // Every statement is finalised by its scope, so this cannot fail.
        sqlite3_close_v2(open)
        if mode == .readOnly, !hadWAL { removeOwnSidecars() }
    }

    /// The C handle.
    var database: OpaquePointer {
        guard let handle else { preconditionFailure("a closed SQLite connection was used: \(path)") }
        return handle
    }

    /// SQLite's error, with the reason for a stop in place of `INTERRUPT`.
    func failure(_ code: Int32, during operation: String) -> SQLiteFileError {
        let systemError = handle.map { sqlite3_system_errno($0) } ?? 0
        var kind = SQLiteFileError.Kind(extendedCode: code, systemError: systemError)
        switch (kind, patience.stopReason) {
        case (.busy, .cancelled?), (.cancelled, .cancelled?): kind = .cancelled
        case (.busy, .deadlinePassed?), (.cancelled, .deadlinePassed?): kind = .deadlinePassed
        case (.cancelled, _) where watch?.hasStopped == true: kind = .heldUpWriters(watch?.limit ?? .zero)
        case (.inputOutput, _) where watch?.hasStopped == true: kind = .heldUpWriters(watch?.limit ?? .zero)
        case (.busy, nil): kind = .busy(after: patience.waited)
        case (.missing, _) where fileSize(resolvedPath) != nil: kind = .permission  // a sidecar cannot be made
        default: break
        }
        let words = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        var message = words.map { String(cString: $0) } ?? "no message"
        if systemError != 0, code & 0xff == SQLITE_CANTOPEN || code & 0xff == SQLITE_IOERR {
            message += ": \(systemMessage(systemError))"
        }
        return SQLiteFileError(kind, at: path, during: operation, extendedCode: code, message: message)
    }

    /// - Throws: ``SQLiteFileError`` of kind `cancelled` or `deadlinePassed`.
    func checkStop(during operation: String) throws(SQLiteFileError) {
        switch patience.stopReason {
        case nil: return
        case .cancelled: throw SQLiteFileError(.cancelled, at: path, during: operation)
        case .deadlinePassed: throw SQLiteFileError(.deadlinePassed, at: path, during: operation)
        }
    }

    /// Removes the empty `-wal` and the `-shm` that reading a cleanly closed WAL database made.
    ///
    /// A read-only connection cannot take the lock that SQLite wants for it, so a writable one is opened and closed;
    /// SQLite itself then makes sure that nobody else uses the files.
    private func removeOwnSidecars() {
        guard fileSize(resolvedPath.sidecar("-wal")) == 0 else { return }
        var writable: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX
        if resolvedPath.withPlatformString({ sqlite3_open_v2($0, &writable, flags, nil) }) == SQLITE_OK {
            // Whatever fails here leaves an empty file that every SQLite accepts.
            sqlite3_exec(writable, "PRAGMA schema_version", nil, nil, nil)
        }
        sqlite3_close_v2(writable)
    }
}
