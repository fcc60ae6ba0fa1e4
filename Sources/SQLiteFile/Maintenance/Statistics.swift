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
    /// The statements that SQLite announced before; for `analyze`, the one that was run.
    package let statements: [String]
    /// Without the look at the statistics before.
    package let duration: Duration
}

extension SQLiteConnection {
    /// Lets SQLite refresh the statistics that it thinks are worth it.
    ///
    /// `PRAGMA optimize` of SQLite before 3.46 looks only at tables whose statistics this connection has asked for,
    /// and a maintenance connection has asked for none: so a query of every index is prepared first, and not run.
    /// It also sets no limit for the samples, so that is done here, with the recommended 400 (sqlite.org/lang_analyze.html).
    ///
    /// The write lock is waited for even where nothing turns out to be worth doing: a database that nobody can write to
    /// must not pass for one that is well.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func optimize() throws -> StatisticsReport {
        try awaitWriteLock(during: "optimize")
        let looksAtAllTables = SQLiteVersion.linked.number >= 3_046_000
        if !looksAtAllTables {
            try execute("PRAGMA analysis_limit=400", during: "optimize")
            try askForStatistics()
        }
        // Mask: 0x02 analyze, 0x10000 all tables, 0x01 only tell what would be done.
        let mask = looksAtAllTables ? 0x10002 : 0xfffe
        let announced = try announcedStatements(mask: mask | 1)
        return try reportingChanges(statements: announced) { () throws(SQLiteFileError) in
            try execute("PRAGMA optimize(\(mask))", during: "optimize")
        }
    }

    /// Gathers the statistics of every table and index from all of their rows.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func analyze() throws -> StatisticsReport {
        try execute("PRAGMA analysis_limit=0", during: "analyze")
        return try reportingChanges(statements: ["ANALYZE main"]) { () throws(SQLiteFileError) in
            try execute("ANALYZE main", during: "analyze")
        }
    }

    private func reportingChanges(
        statements: [String], _ body: () throws(SQLiteFileError) -> Void
    ) throws -> StatisticsReport {
        let start = ContinuousClock.now
        let old = try statistics()
        try untilUnlocked(body)
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
