extension SQLiteConnection {
    /// Waits until the database can be written to, and leaves it as it is.
    ///
    /// - Throws: ``SQLiteFileError``: `busy` where another connection kept its lock for all of the busy timeout.
    func awaitWriteLock(during operation: String) throws(SQLiteFileError) {
        try untilUnlocked { () throws(SQLiteFileError) in
            try execute("BEGIN IMMEDIATE", during: operation)
            try execute("ROLLBACK", during: operation)
        }
    }

    /// Repeats what fails because of a lock: SQLite does not wait by itself where two connections could wait for
    /// each other, which a statement begun anew cannot.
    func untilUnlocked(_ body: () throws(SQLiteFileError) -> Void) throws(SQLiteFileError) {
        let start = ContinuousClock.now
        while true {
            do throws(SQLiteFileError) {
                return try body()
            } catch {
                guard case .busy = error.kind else { throw error }
                let waited = ContinuousClock.now - start
                guard waited < patience.busyTimeout else { throw error.busy(after: waited) }
                try checkStop(during: error.operation)
                _ = patience.waitForLock(attempt: 0)
            }
        }
    }
}
