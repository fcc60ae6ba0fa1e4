import GRDBSQLite
package import SystemPackage

extension SQLiteConnection {
    /// Copies the database as it is at one instant into a new file, while others go on using it.
    ///
    /// The snapshot is pinned by a read transaction before the online backup begins, and everything is copied from it:
    /// in WAL mode commits elsewhere neither wait nor make the copy start again, and the same
    /// ``withSnapshot(_:)`` can hold ``facts()`` and ``contents()`` of exactly what is copied.
    /// With a rollback journal the SHARED lock is held throughout: commits elsewhere wait, at most
    /// ``CopyOptions/longestWriteBlock``.
    ///
    /// The copy has mode 0600 from its first byte, the page size and encoding of the source, the journal mode DELETE,
    /// nothing beside it, and is on the device when this returns. It holds every page verbatim, also free ones and
    /// damaged ones: check it. A database beyond 1 GiB leaves out its lock page, which SQLite sees to.
    /// When this throws, nothing is left of the copy.
    ///
    /// - Parameters:
    ///   - destination: a path at which nothing is; its folder exists.
    ///   - options: pace and limits.
    ///   - progress: called after each step; what it throws ends the copy.
    /// - Returns: what was copied and what it cost.
    /// - Throws: ``SQLiteFileError``, `FileError`, or what `progress` throws.
    package func copy(
        to destination: FilePath, options: CopyOptions = CopyOptions(),
        progress: (CopyProgress) throws -> Void = { _ in }
    ) throws -> CopyReport {
        let start = ContinuousClock.now
        let copy = try CopyDestination(creating: destination, direct: !options.keepsCopyInMemory)
        let (run, facts) = try withSnapshot {
            let facts = try copyFacts()
            var run = CopyRun(
                options: options, isWAL: facts.journalMode == "wal", pageSize: facts.pageSize, start: start,
                walPeak: facts.wal)
            try step(&run, into: copy, progress: progress)
            guard isUnmoved else { throw SQLiteFileError(.replaced, at: path, during: "copy") }
            return (run, facts)
        }
        // To sync takes a while; the snapshot need not stay for that.
        try copy.finish()
        let walAfter = walBytes
        return CopyReport(
            pages: run.totalPages, pageSize: facts.pageSize, bytes: fileSize(copy.path) ?? 0, restarts: run.restarts,
            duration: .now - start, walBytesBefore: facts.wal, walBytesPeak: max(run.walPeak, walAfter),
            walBytesAfter: walAfter, passedWALLimit: run.passedWALLimit, sourceJournalMode: facts.journalMode,
            stepsWithCommits: run.stepsWithCommits)
    }

    private func copyFacts() throws(SQLiteFileError) -> (journalMode: String, pageSize: Int, wal: Int64) {
        (
            try text("PRAGMA journal_mode", during: "copy"), Int(try integer("PRAGMA page_size", during: "copy")),
            walBytes
        )
    }

    private func step(
        _ run: inout CopyRun, into copy: CopyDestination, progress: (CopyProgress) throws -> Void
    ) throws {
        guard let backup = sqlite3_backup_init(copy.database, "main", database, "main") else {
            throw copy.failure(sqlite3_extended_errcode(copy.database))
        }
        var isOpen = true
        defer { if isOpen { sqlite3_backup_finish(backup) } }
        var attempt = 0
        while true {
            try checkStop(during: "copy")
            run.beginStep()
            let code = sqlite3_backup_step(backup, run.pagesOfNextStep)
            switch code & 0xff {
            case SQLITE_OK, SQLITE_DONE: attempt = 0
            case SQLITE_BUSY, SQLITE_LOCKED:
                guard patience.waitForLock(attempt: attempt) else { throw failure(code, during: "copy") }
                attempt += 1
                continue
            default: throw errorOfStep(code, copy)
            }
            try progress(
                run.note(
                    remaining: Int(sqlite3_backup_remaining(backup)), total: Int(sqlite3_backup_pagecount(backup)),
                    wal: walStamp))
            if code == SQLITE_DONE { break }
            try restBetweenSteps(run)
        }
        isOpen = false
        let code = sqlite3_backup_finish(backup)
        guard code == SQLITE_OK else { throw errorOfStep(code, copy) }
    }

    /// Between two steps.
    private func restBetweenSteps(_ run: CopyRun) throws {
        if !run.isWAL, ContinuousClock.now - run.start > run.options.longestWriteBlock {
            throw SQLiteFileError(
                .deadlinePassed, at: path, during: "copy",
                message: "commits to this database, which is not in WAL mode, were held up for "
                    + run.options.longestWriteBlock.formatted
                    + "; put it into WAL mode, where copies hold up nobody, or let commits wait for longer")
        }
        if let end = run.endOfRest(after: .now) { rest(until: end) }
    }

    /// A failed step may be about either file; what both can have (damage, disk errors) is about the source.
    private func errorOfStep(_ code: Int32, _ copy: CopyDestination) -> SQLiteFileError {
        let ofCopy = copy.failure(code)
        switch code & 0xff {
        case SQLITE_FULL, SQLITE_READONLY, SQLITE_CANTOPEN: return ofCopy
        case SQLITE_IOERR where ofCopy.kind == .diskFull: return ofCopy
        default:
            let words = sqlite3_errstr(code).map { String(cString: $0) } ?? ""
            return SQLiteFileError(
                .init(extendedCode: code, systemError: sqlite3_system_errno(database)), at: path, during: "copy",
                extendedCode: code, message: words)
        }
    }
}

/// What a copy has seen so far.
private struct CopyRun {
    let options: CopyOptions
    let isWAL: Bool
    let pageSize: Int
    let start: ContinuousClock.Instant
    var walPeak: Int64
    var restarts = 0
    var totalPages = 0
    private(set) var stepsWithCommits = 0
    private var copiedPages = 0
    private var wal: WALStamp?
    private var sawCommit = false
    private var lastCommit: ContinuousClock.Instant?
    private var beginOfStep = ContinuousClock.now

    init(
        options: CopyOptions, isWAL: Bool, pageSize: Int, start: ContinuousClock.Instant, walPeak: Int64
    ) {
        self.options = options
        self.isWAL = isWAL
        self.pageSize = pageSize
        self.start = start
        self.walPeak = walPeak
    }

    var passedWALLimit: Bool { options.walLimit.map { walPeak > $0 } ?? false }

    /// -1 is all the rest.
    var pagesOfNextStep: Int32 {
        if passedWALLimit { return -1 }
        // Short steps, so that nobody waits long for the end of one.
        return Int32(clamping: isYielding ? max(options.pagesPerStep / 4, 1) : options.pagesPerStep)
    }

    private var isYielding: Bool { options.yieldsToWriters && sawCommit }

    /// When the next step may begin; nil for at once.
    ///
    /// The limit of the pace is one for the whole copy: time that a slow device took is not waited for once more.
    func endOfRest(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard isWAL, !passedWALLimit else { return nil }
        var end = now + options.pause
        // Whoever commits now gets twice as much of the disk as the copy.
        if isYielding { end = max(end, now + min((now - beginOfStep) * 2, Self.longestYield)) }
        if let pace = options.bytesPerSecond {
            let seconds = Double(copiedPages) * Double(pageSize) / Double(pace)
            end = max(end, start + .seconds(seconds))
        }
        return end > now ? end : nil
    }

    private mutating func note(_ wal: WALStamp, at now: ContinuousClock.Instant) {
        if isWAL, let before = self.wal, before != wal {
            stepsWithCommits += 1
            lastCommit = now
        }
        self.wal = wal
        sawCommit = lastCommit.map { now - $0 < Self.memory } ?? false
    }

    /// For how long a commit is taken as a sign of more.
    private static let memory = Duration.milliseconds(200)

    /// A slow device is not made slower without end.
    private static let longestYield = Duration.milliseconds(100)

    mutating func beginStep() { beginOfStep = .now }

    mutating func note(remaining: Int, total: Int, wal: WALStamp) -> CopyProgress {
        let copied = total - remaining
        // A restart copies the first pages again.
        if copied <= copiedPages, copied > 0 { restarts += 1 }
        (copiedPages, totalPages) = (copied, total)
        walPeak = max(walPeak, wal.bytes)
        note(wal, at: .now)
        return CopyProgress(copiedPages: copied, totalPages: total, walBytes: wal.bytes)
    }
}
