package import SystemPackage

/// A SQLite database file of a service that may be using it right now.
///
/// Nothing here ever creates the file. All access goes through SQLite: opening and closing the file by other means in
/// the same process would drop SQLite's locks on it (sqlite.org/howtocorrupt.html, 2.2).
package struct SQLiteFile: Hashable, Sendable {
    /// As the caller wrote it; it may lead there through symbolic links.
    package let path: FilePath

    /// Names the file without looking at it.
    package init(path: FilePath) { self.path = path }

    /// Opens the database and reads its first page.
    ///
    /// A read-only connection changes nothing. A read-write one first looks in read-only mode, so that a file that is
    /// damaged, or that has a journal of an interrupted write beside it, is refused untouched.
    ///
    /// - Parameters:
    ///   - mode: what the connection may do.
    ///   - busyTimeout: how long to wait for a lock of another connection, each time.
    ///   - deadline: when all work of this connection must have ended.
    ///   - watchingWriters: whether to see to how long other writers are held up, which
    ///     ``SQLiteConnection/vacuum(longestStall:isAnybodyWaiting:)`` can limit then.
    /// - Returns: a connection of the caller's own.
    /// - Throws: ``SQLiteFileError``: `missing`, `notAFile`, `notADatabase` (also for an empty file: a service's
    ///   database is never empty), `damaged`, `unfinishedWrite`, `permission`, `busy`.
    package func open(
        mode: SQLiteConnection.Mode = .readOnly, busyTimeout: Duration = .seconds(5),
        deadline: ContinuousClock.Instant? = nil, watchingWriters: Bool = false
    ) throws(SQLiteFileError) -> SQLiteConnection {
        let target = try ResolvedFile(path)
        if mode == .readWrite {
            try probe(SQLiteConnection(target, mode: .readOnly, patience: Patience(busyTimeout, deadline)))
        }
        let connection = try SQLiteConnection(
            target, mode: mode, patience: Patience(busyTimeout, deadline),
            watch: watchingWriters ? WriteWatch() : nil)
        try probe(connection)
        return connection
    }

    private func probe(_ connection: SQLiteConnection) throws(SQLiteFileError) {
        _ = try connection.integer("PRAGMA schema_version", during: "open the database")
    }
}

extension Patience {
    convenience init(_ busyTimeout: Duration, _ deadline: ContinuousClock.Instant?) {
        self.init(busyTimeout: busyTimeout, deadline: deadline)
    }
}
