import SQLiteFile

/// What a refresh of statistics says of itself.
struct AnalyzeWords {
    let database: String
    let report: StatisticsReport

    /// The most lines of each kind; a report keeps only so many of a task.
    static let mostLines = 300
    /// The most tables that a summary names.
    static let mostTables = 3

    /// The statements that were run, then each change.
    var lines: [String] {
        shorten(report.statements.map { "ran: \($0)" }, "statements")
            + shorten(report.changes.map(Self.text), "changes")
    }

    var summary: String {
        guard !report.changes.isEmpty else {
            return report.statements.isEmpty
                ? "\(database): statistics are up to date, nothing was worth refreshing"
                : "\(database): statistics refreshed, none of them changed"
        }
        let tables = Set(report.changes.map(\.table)).sorted()
        let named = tables.prefix(Self.mostTables).joined(separator: ", ")
        let more = tables.count > Self.mostTables ? " and \(tables.count - Self.mostTables) more tables" : ""
        let entries = report.changes.count == 1 ? "1 entry" : "\(report.changes.count) entries"
        return "\(database): statistics of \(named)\(more) changed (\(entries))"
    }

    private static func text(_ change: StatisticsChange) -> String {
        let subject = change.index.map { "index \($0) of \(change.table)" } ?? "table \(change.table)"
        return "\(subject): \(change.old ?? "no statistics") -> \(change.new ?? "no statistics")"
    }

    private func shorten(_ lines: [String], _ noun: String) -> [String] {
        guard lines.count > Self.mostLines else { return lines }
        return lines.prefix(Self.mostLines) + ["and \(lines.count - Self.mostLines) more \(noun)"]
    }
}
