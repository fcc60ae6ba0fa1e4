import GRDBSQLite

extension SQLiteConnection {
    /// Runs `body` while one read transaction stays open, so that everything in it sees the same instant.
    ///
    /// In WAL mode other connections go on writing meanwhile, but the WAL cannot be reset: be brief.
    /// In the rollback-journal modes this holds a SHARED lock: other connections can read, their commits wait.
    /// Nests: inside another snapshot it is the same one.
    ///
    /// - Throws: ``SQLiteFileError``, or what `body` throws.
    package func withSnapshot<Result>(_ body: () throws -> Result) throws -> Result {
        guard sqlite3_get_autocommit(database) != 0 else { return try body() }
        try execute("BEGIN", during: "begin a snapshot")
        do {
            // BEGIN alone takes no lock and no snapshot; the first read does.
            _ = try integer("SELECT count(*) FROM sqlite_schema", during: "begin a snapshot")
            let result = try body()
            endSnapshot()
            return result
        } catch {
            endSnapshot()
            throw error
        }
    }

    /// Ends a transaction that must not stay open, in whatever state it is.
    func rollBack() {
        // Fails only where there is no transaction any more.
        sqlite3_exec(database, "ROLLBACK", nil, nil, nil)
    }

    private func endSnapshot() {
        // A stop must not leave the transaction open, hence not `execute`. Nothing was written, so there is
        // nothing to lose if it fails.
        sqlite3_exec(database, "ROLLBACK", nil, nil, nil)
    }

    /// Whether the path still leads to the file that is open.
    var isUnmoved: Bool {
        var moved: Int32 = 0
        let code = sqlite3_file_control(database, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code != SQLITE_OK || moved == 0
    }
}
