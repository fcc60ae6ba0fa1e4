/// What the query planner knows of one index or table: a row of `sqlite_stat1`, or how many samples `sqlite_stat4` has.
package struct StatisticsChange: Hashable, Codable, Sendable {
    /// The table's name.
    package let table: String
    /// Nil for the table itself.
    package let index: String?
    /// As in `20000 100 1`, which is rows, then rows for each prefix of the index; nil if there was none.
    package let old: String?
    /// The same afterwards; nil if there is none any more.
    package let new: String?
}

/// The effect of ``SQLiteConnection/optimize()`` or ``SQLiteConnection/analyze()``.
package struct StatisticsReport: Hashable, Codable, Sendable {
    /// Ordered by table and index; only those that differ.
    package let changes: [StatisticsChange]
    /// The statements that were run, one for each table.
    package let statements: [String]
    /// Without the look at the statistics before.
    package let duration: Duration
}

extension SQLiteConnection {
    /// The rows of each index that a quick look reads, as SQLite's authors recommend (sqlite.org/lang_analyze.html).
    private static let quickLimit = 400

    /// Lets SQLite refresh the statistics that it thinks are worth it.
    ///
    /// `PRAGMA optimize` of SQLite before 3.46 looks only at tables whose statistics this connection has asked for,
    /// and a maintenance connection has asked for none: so a query of every index is prepared first, and not run.
    /// It also sets no limit for the samples, so that is done here. What it announces is run table by table, in
    /// transactions of some milliseconds, with rests in which others can write.
    ///
    /// The write lock is waited for even where nothing turns out to be worth doing: a database that nobody can write to
    /// must not pass for one that is well.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func optimize() throws -> StatisticsReport {
        try awaitWriteLock(during: "optimize")
        try execute("PRAGMA analysis_limit=\(Self.quickLimit)", during: "optimize")
        let looksAtAllTables = SQLiteVersion.linked.number >= 3_046_000
        if !looksAtAllTables { try askForStatistics() }
        // Mask: 0x02 analyze, 0x10000 all tables, 0x01 only tell what would be done.
        let announced = try announcedStatements(mask: (looksAtAllTables ? 0x10002 : 0xfffe) | 1)
        return try reportingChanges(statements: announced) { () throws(SQLiteFileError) in
            try runInBatches(announced, during: "optimize")
        }
    }

    /// Gathers the statistics of every table and index from all of their rows, table by table.
    ///
    /// A large table is one transaction, in which nobody else can write; where somebody else may want to, see
    /// ``analyze(throughCopyIn:options:)``.
    ///
    /// - Parameter restsForOthers: whether there may be somebody who wants to write between two tables.
    /// - Returns: what changed.
    /// - Throws: ``SQLiteFileError``.
    package func analyze(restsForOthers: Bool = true) throws -> StatisticsReport {
        try awaitWriteLock(during: "analyze")
        try execute("PRAGMA analysis_limit=0", during: "analyze")
        let statements = try tableShapes().map { "ANALYZE main.\($0.name.quotedIdentifier)" }
        return try reportingChanges(statements: statements) { () throws(SQLiteFileError) in
            try runInBatches(statements, during: "analyze", restsForOthers: restsForOthers)
        }
    }

    /// Runs statements in short transactions, with rests for others between them.
    private func runInBatches(
        _ statements: [String], during operation: String, restsForOthers: Bool = true
    ) throws(SQLiteFileError) {
        var rest = statements[...]
        while !rest.isEmpty {
            let start = ContinuousClock.now
            var done = 0
            try untilUnlocked { () throws(SQLiteFileError) in done = try runBatch(rest, during: operation) }
            rest = rest.dropFirst(done)
            if restsForOthers, !rest.isEmpty { self.rest(for: min(.now - start, .milliseconds(50))) }
        }
    }

    /// Runs the first statements, as many as it takes to fill some milliseconds, in one transaction.
    ///
    /// A transaction for each of many small tables would be little but syncs.
    ///
    /// - Returns: how many there were.
    private func runBatch(_ statements: ArraySlice<String>, during operation: String) throws(SQLiteFileError) -> Int {
        try execute("BEGIN IMMEDIATE", during: operation)
        do throws(SQLiteFileError) {
            let done = try runSome(statements, during: operation)
            try execute("COMMIT", during: operation)
            return done
        } catch {
            rollBack()
            throw error
        }
    }

    private func runSome(_ statements: ArraySlice<String>, during operation: String) throws(SQLiteFileError) -> Int {
        let end = ContinuousClock.now + .milliseconds(20)
        var next = statements.startIndex
        repeat {
            try execute(statements[next], during: operation)
            next += 1
        } while next < statements.endIndex && ContinuousClock.now < end
        return next - statements.startIndex
    }

    func reportingChanges(
        statements: [String], _ body: () throws(SQLiteFileError) -> Void
    ) throws -> StatisticsReport {
        let start = ContinuousClock.now
        let old = try statistics()
        try body()
        // Done: a stop must not turn success into failure.
        patience.ignoresStops = true
        defer { patience.ignoresStops = false }
        let new = try statistics()
        let keys = Set(old.keys).union(new.keys).sorted { ($0.table, $0.index ?? "") < ($1.table, $1.index ?? "") }
        let changes = keys.filter { old[$0] != new[$0] }.map {
            StatisticsChange(table: $0.table, index: $0.index, old: old[$0], new: new[$0])
        }
        return StatisticsReport(changes: changes, statements: statements, duration: .now - start)
    }

    private struct StatisticsKey: Hashable {
        let table: String
        let index: String?
    }

    private func statistics() throws -> [StatisticsKey: String] {
        var found: [StatisticsKey: String] = [:]
        let list = "SELECT name FROM sqlite_schema WHERE name IN ('sqlite_stat1', 'sqlite_stat4') ORDER BY name"
        let tables = try Statement(list, on: self, during: "read the statistics")
        while try tables.step() {
            let name = tables.text(0) ?? ""
            let sql =
                name == "sqlite_stat1"
                ? "SELECT tbl, idx, stat FROM sqlite_stat1"
                : "SELECT tbl, idx, count(*) || ' samples' FROM sqlite_stat4 GROUP BY tbl, idx"
            let rows = try Statement(sql, on: self, during: "read the statistics")
            while try rows.step() {
                let key = StatisticsKey(table: rows.text(0) ?? "", index: rows.isNull(1) ? nil : rows.text(1))
                let before = found[key].map { $0 + ", " } ?? ""
                found[key] = before + (rows.text(2) ?? "")
            }
        }
        return found
    }

    private func announcedStatements(mask: Int) throws -> [String] {
        let statement = try Statement("PRAGMA optimize(\(mask))", on: self, during: "optimize")
        var lines: [String] = []
        while try statement.step() {
            if let line = statement.text(0) { lines.append(line) }
        }
        return lines
    }

    /// Prepares a query of the first column of every index that is not unique.
    private func askForStatistics() throws {
        for shape in try tableShapes() {
            let sql = """
                SELECT i.name FROM pragma_index_list(?1, 'main') AS l, pragma_index_info(l.name, 'main') AS i
                WHERE i.seqno = 0 AND i.name IS NOT NULL
                """
            let indexed = try Statement(sql, on: self, during: "list the indexes of \(shape.name)")
            try indexed.bind(shape.name, at: 1)
            while try indexed.step() {
                guard let column = indexed.text(0) else { continue }
                let query = "SELECT 1 FROM main.\(shape.name.quotedIdentifier) WHERE \(column.quotedIdentifier) = ?1"
                _ = try Statement(query, on: self, during: "optimize")
            }
        }
    }
}
