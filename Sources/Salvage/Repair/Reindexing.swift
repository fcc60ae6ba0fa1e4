import SQLiteFile

/// Repair of a database whose tables are whole and whose indexes disagree with them.
///
/// Where an index knows of rows that its table has not, more than the index is hurt.
struct Reindexing {
    let copy: PrivateCopy
    let limits: Limits

    /// Makes all indexes anew in the private copy; nothing if that is not what is wrong, or does not help.
    func attempt() throws -> SalvageReport.Contents? {
        let findings = copy.findings
        guard copy.verdict == .damaged, !findings.isEmpty, findings.allSatisfy(Self.isAboutIndex),
            try Census(of: copy.path, limits).isWhole
        else { return nil }
        var contents: SalvageReport.Contents
        do throws(SalvageError) {
            let database = try Database(copy.path, limits: limits)
            // What the old indexes know of lost rows is gone once they are made anew.
            contents = try database.wholeTables(countingLost: true)
            guard contents.tables.allSatisfy({ $0.lostAtLeast == 0 }) else { return nil }
            // If that does not help, the copy must be as it was.
            try database.run("BEGIN")
            try database.run("REINDEX")
            guard try database.texts("PRAGMA integrity_check(1)") == ["ok"] else { return nil }
            try database.run("COMMIT")
            try database.close()
        } catch {
            guard error.isRefusal else { throw error }
            return nil
        }
        contents.notes = findings.prefix(10).map { "before the indexes were made anew: \($0)" }
        return contents
    }

    /// SQLite's words for an index that disagrees with its table.
    private static func isAboutIndex(_ finding: String) -> Bool {
        finding.hasPrefix("row ") && finding.contains(" missing from index ")
            || finding.hasPrefix("wrong # of entries in index ") || finding.hasPrefix("non-unique entry in index ")
            || finding.hasPrefix("row ") && finding.contains(" values differ from index ")
            || finding.hasPrefix("rowid not at end-of-record for row ") || finding.hasPrefix("***")
    }
}

extension Database {
    /// The tables of a database that SQLite can read.
    func wholeTables(countingLost: Bool) throws(SalvageError) -> SalvageReport.Contents {
        var contents = SalvageReport.Contents(tables: [])
        let names = try texts(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' "
                + "ESCAPE '\\' ORDER BY rowid")
        for name in names {
            let quoted = Database.quoted(name)
            let rows = try integer("SELECT count(*) FROM main.\(quoted) NOT INDEXED")
            var lost = 0
            if countingLost { lost = try lostByIndexes(name) }
            contents.tables.append(SalvageReport.Table(whole: name, rows: rows, lostAtLeast: lost))
        }
        return contents
    }

    /// How many rows the best witness among a table's indexes knows that the table has not.
    private func lostByIndexes(_ table: String) throws(SalvageError) -> Int {
        let list = try Statement("SELECT name FROM pragma_index_list(?1, 'main') WHERE NOT partial", on: self)
        try list.bind([.text(Array(table.utf8))], encoding: .utf8)
        var indexes: [String] = []
        while try list.step() { indexes.append(list.text(0) ?? "") }
        let quoted = Database.quoted(table)
        var lost = 0
        for index in indexes {
            do throws(SalvageError) {
                let count = try integer(
                    "SELECT count(*) FROM (SELECT rowid AS id FROM main.\(quoted) INDEXED BY \(Database.quoted(index))) "
                        + "WHERE id NOT IN (SELECT rowid FROM main.\(quoted) NOT INDEXED)")
                lost = max(lost, count)
            } catch {
                // A table without rowids, or an index that cannot be read to its end: no witness.
                guard error.isRefusal else { throw error }
            }
        }
        return lost
    }
}
