import DurableFiles
import Foundation
package import SystemPackage

extension SQLiteConnection {
    /// Gathers the statistics of every table and index from all of their rows, and keeps nobody from writing meanwhile.
    ///
    /// ANALYZE takes the write lock and then reads. So the database is copied from a snapshot, the copy is analyzed, and
    /// the rows of the statistics are carried over in one short transaction; those of tables and indexes that were
    /// dropped meanwhile are left out. Like those of ANALYZE, other connections see them once they read the schema anew.
    ///
    /// - Parameters:
    ///   - folder: where the copy is made; it needs room for the whole database, and is left as it was.
    ///   - options: the pace of the copy.
    /// - Returns: what changed.
    /// - Throws: ``SQLiteFileError``, `FileError`. The statistics are unchanged then.
    package func analyze(
        throughCopyIn folder: FilePath, options: CopyOptions = CopyOptions()
    ) throws -> StatisticsReport {
        try awaitWriteLock(during: "analyze")
        let path = folder.appending("ronde-analyze-\(UUID().uuidString).db")
        // What cannot be removed lies in a folder for temporary files.
        defer { _ = try? DurableFile.remove(path) }
        _ = try copy(to: path, options: options)
        let statistics = try Self.statistics(ofCopy: path, patience: patience)
        return try reportingChanges(statements: statistics.statements) { () throws(SQLiteFileError) in
            try untilUnlocked { () throws(SQLiteFileError) in try carryOver(statistics) }
        }
    }

    /// Analyzes a private copy.
    private static func statistics(ofCopy path: FilePath, patience: Patience) throws -> GatheredStatistics {
        let own = Patience(busyTimeout: .seconds(5), deadline: patience.deadline)
        let copy = try SQLiteConnection(ResolvedFile(path), mode: .readWrite, patience: own)
        defer { copy.close() }
        for pragma in ["journal_mode=OFF", "synchronous=OFF", "analysis_limit=0"] {
            try copy.execute("PRAGMA \(pragma)", during: "analyze")
        }
        let statements = try copy.tableShapes().map { "ANALYZE main.\($0.name.quotedIdentifier)" }
        for statement in statements { try copy.execute(statement, during: "analyze") }
        var tables: [String: [String]] = [:]
        for (name, columns) in GatheredStatistics.columns where try copy.hasTable(name) {
            // As SQL literals: SQLite writes and reads them without loss, samples of columns as blobs among them.
            let list = columns.map { "quote(\($0))" }.joined(separator: " || ', ' || ")
            let rows = try Statement(
                "SELECT '(' || \(list) || ')', tbl, idx FROM main.\(name)", on: copy, during: "analyze")
            while try rows.step() { tables[name, default: []].append(rows.text(0) ?? "") }
        }
        return GatheredStatistics(statements: statements, rows: tables)
    }

    private func carryOver(_ statistics: GatheredStatistics) throws(SQLiteFileError) {
        do throws(SQLiteFileError) {
            try execute("BEGIN IMMEDIATE", during: "analyze")
            // Makes the tables of the statistics, and otherwise does nothing.
            try execute("ANALYZE sqlite_schema", during: "analyze")
            try replaceRows(statistics)
            try execute("COMMIT", during: "analyze")
        } catch {
            // Whatever failed, the statistics stay as they were; it may have ended the transaction already.
            rollBack()
            throw error
        }
        // Loads them into this connection.
        try execute("ANALYZE sqlite_schema", during: "analyze")
    }

    private func replaceRows(_ statistics: GatheredStatistics) throws(SQLiteFileError) {
        for (name, columns) in GatheredStatistics.columns {
            guard try hasTable(name) else { continue }
            try execute("DELETE FROM main.\(name)", during: "analyze")
            for row in statistics.rows[name] ?? [] {
                try execute(Self.insertion(of: row, into: name, columns), during: "analyze")
            }
        }
    }

    /// Leaves out what is about a table or an index that is no longer there.
    private static func insertion(of row: String, into table: String, _ columns: [String]) -> String {
        """
        INSERT INTO main.\(table)(\(columns.joined(separator: ", "))) SELECT * FROM (VALUES \(row)) AS v
        WHERE EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = v.column1)
        AND (v.column2 IS NULL OR v.column2 = v.column1 OR EXISTS (
            SELECT 1 FROM main.sqlite_schema WHERE name = v.column2 AND tbl_name = v.column1))
        """
    }

    private func hasTable(_ name: String) throws(SQLiteFileError) -> Bool {
        try integer("SELECT count(*) FROM main.sqlite_schema WHERE name = '\(name)'", during: "analyze") > 0
    }
}

/// The rows of the tables of statistics, as lists of SQL literals.
private struct GatheredStatistics {
    static let columns: [(name: String, columns: [String])] = [
        ("sqlite_stat1", ["tbl", "idx", "stat"]),
        ("sqlite_stat4", ["tbl", "idx", "neq", "nlt", "ndlt", "sample"]),
    ]

    let statements: [String]
    let rows: [String: [String]]
}
