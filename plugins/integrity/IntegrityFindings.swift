import Maintenance
import PluginKit
import SQLiteFile
import SystemPackage

/// What a check found, as the lines, numbers and result of a task.
struct IntegrityFindings {
    let report: SQLiteCheckReport
    /// Every finding, one a line.
    let lines: [String]
    private let checks: SQLiteChecks
    private let limit: Int

    init(_ report: SQLiteCheckReport, of checks: SQLiteChecks, limit: Int) {
        self.report = report
        self.checks = checks
        self.limit = limit
        // SQLite gives all that is wrong with the pages as one row of many lines below a heading.
        lines = report.findings.flatMap { $0.text.split(whereSeparator: \.isNewline) }
            .filter { !$0.hasPrefix("*** in database ") }.map(String.init)
    }

    var level: LogLine.Level { report.verdict == .foreignKeys ? .warning : .error }

    /// What limits the findings.
    var remarks: [String] {
        switch report.verdict {
        case .ok, .notADatabase: return []
        case .foreignKeys:
            if hasKeyMismatch {
                return ["the check of foreign keys stopped at this mistake in the schema; mend it and check again"]
            }
            let rest = report.foreignKeyViolations - lines.count
            return rest > 0 ? ["and \(rest) more rows, beyond the limit of \(limit) findings"] : []
        case .damaged:
            var remarks: [String] = []
            if lines.count >= limit { remarks.append("SQLite stopped after \(limit) findings; there may be more") }
            if checks.contains(.foreignKeys) { remarks.append("the damage left no sense in checking foreign keys") }
            return remarks
        }
    }

    /// How it was looked at, where that is not as usual.
    var notes: [String] {
        var notes: [String] = []
        if report.usedPrivateCopy {
            notes.append(
                "the journal of an interrupted write lies beside the file: a private copy was rolled back and checked")
        }
        let readsRows = !checks.isDisjoint(with: [.integrity, .quick])
        if readsRows, !report.checkedConstraints, report.verdict <= .foreignKeys {
            notes.append("CHECK constraints were not looked at: SQLite needs the right to write to the file for that")
        }
        return notes
    }

    var measurements: [TaskMeasurement] {
        var measurements = [TaskMeasurement("findings", Double(lines.count), .count)]
        if checks.contains(.foreignKeys), report.verdict <= .foreignKeys {
            measurements.append(
                TaskMeasurement(
                    "foreign_key_violations", Double(report.foreignKeyViolations), .count, warning: .above(0)))
        }
        return measurements
    }

    /// The result of the task for a database by its name in the configuration.
    func result(for file: SQLiteFile, named name: String) -> TaskResult {
        switch report.verdict {
        case .ok: return TaskResult(.ok, "\(name): no damage found (\(checks.words))")
        case .foreignKeys: return TaskResult(.warning, "\(name): \(brokenReferences)")
        case .damaged:
            let more = lines.count >= limit ? "at least " : ""
            let count = lines.count == 1 ? "1 finding" : "\(more)\(lines.count) findings, the first"
            return TaskResult(
                .critical,
                "\(name) is damaged, \(count): \(first); "
                    + "keep \(file.path) as it is, and restore the last verified backup"
            )
        case .notADatabase:
            return TaskResult(
                .critical,
                "\(name) is not a SQLite database: \(first); check the path \(file.path), or restore a backup")
        }
    }

    private var brokenReferences: String {
        if hasKeyMismatch { return first }
        let count = report.foreignKeyViolations
        let rows = count == 1 ? "1 row refers to a row that is" : "\(count) rows refer to rows that are"
        // Without the other checks nobody can say that it is intact.
        let isIntact = checks == .foreignKeys ? "" : ", otherwise intact"
        return "\(rows) not there\(isIntact)"
    }

    /// Whether a foreign key refers to columns that are not unique: a mistake in the schema, not in rows.
    private var hasKeyMismatch: Bool {
        report.verdict == .foreignKeys && report.findings.contains { $0.table == nil }
    }

    private var first: String { lines.first.map { String($0.prefix(200)) } ?? "SQLite cannot read it" }
}
