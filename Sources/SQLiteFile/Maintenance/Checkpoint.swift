/// What `PRAGMA wal_checkpoint` answered.
package struct CheckpointResult: Hashable, Codable, Sendable {
    /// `passive` moves what nobody hinders, `truncate` also waits and empties the WAL.
    package enum Mode: String, Hashable, Codable, Sendable { case passive, truncate }

    /// Which was done; see ``SQLiteConnection/checkpoint(_:)`` for when that is not the one that was asked for.
    package let mode: Mode
    /// Whether another connection prevented its completion.
    package let wasBlocked: Bool
    /// The frames in the WAL, 0 after a truncation.
    package let walFrames: Int
    /// How many of them are in the main file now.
    package let checkpointedFrames: Int
}

extension SQLiteFile {
    /// Moves what the WAL holds into the main file, as after a copy during which a pinned snapshot let the WAL grow.
    ///
    /// The connection of its own that this takes is a writer's; other connections neither wait nor are waited for.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long to wait for a lock of another connection, each time.
    ///   - deadline: when it must have ended.
    /// - Returns: how far it came, nil for a database that is not in WAL mode.
    /// - Throws: ``SQLiteFileError``.
    package func checkpoint(
        busyTimeout: Duration = .seconds(5), deadline: ContinuousClock.Instant? = nil
    ) throws -> CheckpointResult? {
        let connection = try open(mode: .readWrite, busyTimeout: busyTimeout, deadline: deadline)
        guard try connection.text("PRAGMA journal_mode", during: "checkpoint") == "wal" else { return nil }
        return try connection.checkpoint()
    }
}

extension SQLiteConnection {
    /// Moves what the WAL holds into the main file.
    ///
    /// A truncation becomes a passive checkpoint where the library has the WAL-reset bug
    /// (``SQLiteVersion/hasWALResetBug``): to reset the WAL while the service commits is just what sets it off, while a
    /// passive one does what SQLite does after any large commit.
    ///
    /// - Parameter mode: `passive`, or `truncate` where writers may wait for readers meanwhile.
    /// - Returns: how far it came; that it was blocked is no error.
    /// - Throws: ``SQLiteFileError``.
    package func checkpoint(_ mode: CheckpointResult.Mode = .passive) throws(SQLiteFileError) -> CheckpointResult {
        let mode: CheckpointResult.Mode = SQLiteVersion.linked.hasWALResetBug ? .passive : mode
        let statement = try Statement("PRAGMA wal_checkpoint(\(mode.rawValue))", on: self, during: "checkpoint")
        guard try statement.step() else {
            return CheckpointResult(mode: mode, wasBlocked: true, walFrames: 0, checkpointedFrames: 0)
        }
        // -1 and -1 while another connection does the same.
        let (frames, done) = (max(statement.integer(1), 0), max(statement.integer(2), 0))
        return CheckpointResult(
            mode: mode, wasBlocked: statement.integer(0) != 0 || done < frames, walFrames: Int(frames),
            checkpointedFrames: Int(done))
    }
}
