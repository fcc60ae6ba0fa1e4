import Maintenance
import PluginKit
import SQLiteFile
import SystemPackage

/// How closely to look for damage before anything is written.
enum CheckFirst: String, Decodable, Sendable {
    case integrity
    case quick

    /// Refuses a damaged database.
    ///
    /// VACUUM goes through many kinds of damage without a word: rows that it cannot reach are gone afterwards, and so
    /// is what a salvage could have worked with.
    ///
    /// - Throws: ``TaskFailure`` with the first finding; ``SQLiteFileError`` where it could not look.
    func require(of connection: SQLiteConnection, named name: String) throws {
        let report = try connection.check(self == .quick ? .quick : .integrity, limit: 1)
        guard report.verdict != .ok else { return }
        // A row of SQLite's may have a heading and many lines.
        let lines = report.findings.flatMap { $0.text.split(whereSeparator: \.isNewline) }
        let first = lines.first { !$0.hasPrefix("*** in database ") } ?? "SQLite cannot read it"
        throw TaskFailure(
            .critical,
            "\(name) is damaged, so it was not rebuilt: \(first.prefix(200)); run the integrity check, "
                + "keep \(connection.path) as it is, and restore the last verified backup")
    }
}
