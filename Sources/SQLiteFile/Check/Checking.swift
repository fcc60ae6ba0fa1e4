import GRDBSQLite

extension SQLiteConnection {
    /// Looks for damage, which is a result here even where SQLite stops at it with an error.
    ///
    /// Foreign keys are looked at only in a database that is intact otherwise, or when nothing else was asked for.
    /// In SQLite before 3.41 one long phase of `integrity_check` notices the deadline but not the task's cancellation.
    ///
    /// - Parameters:
    ///   - checks: what to look for.
    ///   - limit: the largest number of findings of each check.
    /// - Returns: the worst that was found, and the findings.
    /// - Throws: ``SQLiteFileError`` when it could not look: `busy`, `cancelled`, `deadlinePassed`, `permission`, ...
    package func check(_ checks: SQLiteChecks, limit: Int = 100) throws -> SQLiteCheckReport {
        let start = ContinuousClock.now
        var verdict = SQLiteVerdict.ok
        var findings: [SQLiteFinding] = []
        var violations = 0
        var checkedConstraints = false
        do {
            try withSnapshot {
                if !checks.isDisjoint(with: [.integrity, .quick]) {
                    let checker = try constraintChecker() ?? self
                    checkedConstraints = checker.mode == .readWrite
                    findings = try checker.pageFindings(checks, limit: limit)
                    // Before this connection: the last one to close a WAL database would write to it.
                    if checker !== self { checker.close() }
                }
                if !findings.isEmpty { return verdict = .damaged }
                guard checks.contains(.foreignKeys) else { return }
                (findings, violations) = try foreignKeyFindings(limit: limit)
                if violations > 0 { verdict = .foreignKeys }
            }
        } catch let error as SQLiteFileError {
            guard let verdictOfError = error.verdict else { throw error }
            verdict = max(verdict, verdictOfError)
            findings.append(SQLiteFinding(error.message))
        }
        return SQLiteCheckReport(
            verdict: verdict, findings: findings, foreignKeyViolations: violations,
            checkedConstraints: checkedConstraints, usedPrivateCopy: false, duration: .now - start)
    }

    /// A connection that knows the CHECK constraints, nil if there can be none.
    ///
    /// SQLite forgets CHECK constraints when it opens a file read-only (`sqlite3AddCheckConstraint`), and its checks
    /// then pass over rows that break them. So the file is opened for writing, and writing forbidden. As long as
    /// `self` stays open, closing the other connection does not checkpoint the WAL.
    private func constraintChecker() throws(SQLiteFileError) -> SQLiteConnection? {
        guard mode == .readOnly else { return nil }
        do throws(SQLiteFileError) {
            let checker = try SQLiteConnection(ResolvedFile(resolvedPath), mode: .readWrite, patience: patience)
            try checker.execute("PRAGMA query_only=ON", during: "check")
            return checker
        } catch {
            guard [.permission, .readOnly].contains(error.kind) else { throw error }
            return nil
        }
    }

    private func pageFindings(_ checks: SQLiteChecks, limit: Int) throws(SQLiteFileError) -> [SQLiteFinding] {
        // Both checks look at every cell themselves. Doing it again each time a page comes back into the cache takes a
        // third of the whole.
        try execute("PRAGMA cell_size_check=OFF", during: "check")
        // It fails only where work must stop: then the connection does no more, and the caller hears it from the check.
        defer { try? execute("PRAGMA cell_size_check=ON", during: "check") }
        var findings: [SQLiteFinding] = []
        if checks.contains(.integrity) { findings += try lines(of: "integrity_check", limit: limit) }
        if checks.contains(.quick) { findings += try lines(of: "quick_check", limit: limit) }
        return findings
    }

    /// Every row that is not the single `ok`.
    private func lines(of pragma: String, limit: Int) throws(SQLiteFileError) -> [SQLiteFinding] {
        let alarm = deadline.map { Alarm(at: $0, interrupting: database) }
        defer { alarm?.cancel() }
        let statement = try Statement("PRAGMA \(pragma)(\(max(limit, 1)))", on: self, during: "run \(pragma)")
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(0) ?? "") }
        return lines == ["ok"] ? [] : lines.map { SQLiteFinding($0) }
    }

    private func foreignKeyFindings(limit: Int) throws(SQLiteFileError) -> ([SQLiteFinding], Int) {
        var findings: [SQLiteFinding] = []
        var count = 0
        do throws(SQLiteFileError) {
            let statement = try Statement("PRAGMA foreign_key_check", on: self, during: "check the foreign keys")
            while try statement.step() {
                count += 1
                guard findings.count < limit else { continue }
                let table = statement.text(0) ?? ""
                let rowID = statement.isNull(1) ? nil : statement.integer(1)
                let parent = statement.text(2) ?? ""
                let row = rowID.map { "row \($0)" } ?? "a row"
                findings.append(
                    SQLiteFinding(
                        "\(row) of \(table) refers to a row of \(parent) that is not there", table: table,
                        rowID: rowID, parent: parent))
            }
        } catch  where error.message.hasPrefix("foreign key mismatch") {
            // The parent has no such unique column: no row can satisfy the key.
            findings.append(SQLiteFinding(error.message))
            count += 1
        }
        return (findings, count)
    }
}

extension SQLiteFileError {
    /// The verdict that this error amounts to; nil if it is about the means and not about the database.
    var verdict: SQLiteVerdict? {
        switch kind {
        case .damaged: .damaged
        case .notADatabase: .notADatabase
        default: nil
        }
    }
}
