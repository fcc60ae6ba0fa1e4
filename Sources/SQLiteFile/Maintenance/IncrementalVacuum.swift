/// How a database gives back the pages that are no longer used (`PRAGMA auto_vacuum`).
package enum AutoVacuum: Int, Hashable, Codable, Sendable {
    /// Only VACUUM does it.
    case none = 0
    /// Each commit does it.
    case full = 1
    /// Whoever asks for it does it, as many pages at a time as they like.
    case incremental = 2
}

/// The effect of giving pages back step by step.
package struct IncrementalVacuumReport: Hashable, Codable, Sendable {
    /// The facts when it began.
    package let before: SQLiteFacts
    /// The facts after the last step and a checkpoint.
    package let after: SQLiteFacts
    /// How many transactions there were.
    package let steps: Int
    /// The longest of them, waits for locks included: no writer was held up for longer at a time.
    package let longestStep: Duration
    /// Whether the deadline came first; the rest is for the next time.
    package let endedEarly: Bool
    /// With the rests between the steps.
    package let duration: Duration
}

extension SQLiteConnection {
    /// How the database gives pages back.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func autoVacuum() throws(SQLiteFileError) -> AutoVacuum {
        AutoVacuum(rawValue: Int(try integer("PRAGMA auto_vacuum", during: "read auto_vacuum"))) ?? .none
    }

    /// Gives free pages back in transactions so short that writers elsewhere hardly notice.
    ///
    /// Each takes about 20 ms and is followed by a rest as long as itself. Only for ``AutoVacuum/incremental``:
    /// SQLite does nothing elsewhere.
    ///
    /// - Parameter progress: called after each step with the number of free pages left; what it throws ends the work.
    /// - Returns: what was given back; all that was remains so whatever ends it.
    /// - Throws: ``SQLiteFileError``: `busy`, `cancelled`, `damaged`, ..., or what `progress` throws.
    package func incrementalVacuum(
        progress: (_ freePages: Int) throws -> Void = { _ in }
    ) throws -> IncrementalVacuumReport {
        let start = ContinuousClock.now
        let before = try facts()
        var (pages, steps, longest, free) = (64, 0, Duration.zero, before.freePages)
        var endedEarly = false
        while free > 0 {
            guard let step = try giveBack(pages) else {
                endedEarly = true
                break
            }
            steps += 1
            longest = max(longest, step.took)
            // None fewer: somebody frees pages as fast as they are given back, or the schema forbids it.
            guard step.left < free else { break }
            free = step.left
            try progress(free)
            if step.took > .milliseconds(20) { pages = max(pages / 2, 8) }
            if step.took < .milliseconds(8) { pages = min(pages * 2, 8_192) }
            rest(for: min(max(step.took, .milliseconds(2)), .milliseconds(200)))
        }
        patience.ignoresStops = true
        defer { patience.ignoresStops = false }
        if before.journalMode == "wal" { _ = try checkpoint() }
        return IncrementalVacuumReport(
            before: before, after: try facts(), steps: steps, longestStep: longest, endedEarly: endedEarly,
            duration: .now - start)
    }

    /// One transaction; nil where the deadline came first.
    private func giveBack(_ pages: Int) throws -> (left: Int, took: Duration)? {
        let start = ContinuousClock.now
        do {
            try checkStop(during: "give pages back")
            try untilUnlocked { () throws(SQLiteFileError) in
                try execute("PRAGMA incremental_vacuum(\(pages))", during: "give pages back")
            }
        } catch {
            guard error.kind == .deadlinePassed else { throw error }
            return nil
        }
        let took = ContinuousClock.now - start
        return (Int(try integer("PRAGMA freelist_count", during: "give pages back")), took)
    }
}
