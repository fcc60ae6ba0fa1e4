import PluginKit
package import SQLiteFile

/// How closely a task looks for damage before it writes to a database.
package enum CheckFirst: String, Decodable, Sendable {
    case integrity
    case quick
    /// Not at all: another task has just looked.
    case none

    /// Refuses a damaged database.
    ///
    /// VACUUM and ANALYZE go through many kinds of damage without a word. After a VACUUM the rows that it could not
    /// reach are gone, and so is what a salvage could have worked with; with a broken free list, ANALYZE may put its
    /// statistics on pages that hold rows.
    ///
    /// - Parameters:
    ///   - connection: a connection to the database.
    ///   - name: what messages call it.
    ///   - refused: what is not done, as in `it was not rebuilt`.
    /// - Throws: ``TaskFailure`` with the first finding; ``SQLiteFileError`` where it could not look.
    package func require(of connection: SQLiteConnection, named name: String, else refused: String) throws {
        if self == .none { return }
        let report = try connection.check(self == .quick ? .quick : .integrity, limit: 1)
        guard report.verdict != .ok else { return }
        // A row of SQLite's may have a heading and many lines.
        let lines = report.findings.flatMap { $0.text.split(whereSeparator: \.isNewline) }
        let first = lines.first { !$0.hasPrefix("*** in database ") } ?? "SQLite cannot read it"
        throw TaskFailure(
            "\(name) is damaged, so \(refused): \(first.prefix(200)); run the integrity check, "
                + "keep \(connection.path) as it is, and restore the last verified backup")
    }
}
