import Maintenance
package import PluginKit
import SQLiteFile

/// Checks a database and reports every finding; it never changes the file, and never makes one.
package struct IntegrityPlugin: TaskPlugin {
    package static let name = "integrity"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        enum Check: String, Decodable, Sendable {
            case integrity
            case quick
            case foreignKeys = "foreign_keys"
        }

        var database: String?
        var checks: [Check]
        /// The most findings to report.
        var limit: Int
        /// How long to wait for each lock of another connection.
        var busyTimeout: TimeSpan

        enum CodingKeys: String, CodingKey {
            case database, checks, limit
            case busyTimeout = "busy_timeout"
        }
    }

    private let configuration: Configuration
    private let checks: SQLiteChecks

    package init(_ configuration: Configuration) throws {
        self.configuration = configuration
        var checks = configuration.checks.reduce(into: SQLiteChecks()) { all, check in
            switch check {
            case .integrity: all.insert(.integrity)
            case .quick: all.insert(.quick)
            case .foreignKeys: all.insert(.foreignKeys)
            }
        }
        // What the quick one finds, the full one finds again.
        if checks.contains(.integrity) { checks.remove(.quick) }
        guard !checks.isEmpty else {
            throw TaskFailure(.unknown, "'checks' is empty: name at least one of integrity, quick, foreign_keys")
        }
        self.checks = checks
    }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let (name, path) = try context.database(named: configuration.database)
        do {
            return try check(SQLiteFile(path: path), named: name, in: context)
        } catch let error as SQLiteFileError where error.kind == .cancelled {
            throw TaskFailure(.unknown, "stopped before \(name) was checked")
        }
    }

    private func check(_ file: SQLiteFile, named name: String, in context: TaskContext) throws -> TaskResult {
        if context.isDryRun {
            try look(at: file, in: context)
            return TaskResult(.ok, "\(name): would check \(checks.words)")
        }
        context.progress(nil, "checking \(name): \(checks.words)")
        let report = try file.check(
            checks, limit: configuration.limit, busyTimeout: configuration.busyTimeout.duration,
            deadline: context.workDeadline, scratch: context.scratch)
        let findings = IntegrityFindings(report, of: checks, limit: configuration.limit)
        for line in findings.lines { context.log(findings.level, line) }
        for line in findings.remarks { context.log(.warning, line) }
        for line in findings.notes { context.log(.info, line) }
        findings.measurements.forEach(context.measure)
        return findings.result(for: file, named: name)
    }

    /// Opens the database without checking it, so that a dry run tells of a wrong path.
    private func look(at file: SQLiteFile, in context: TaskContext) throws {
        do throws(SQLiteFileError) {
            let timeout = configuration.busyTimeout.duration
            try file.open(busyTimeout: timeout, deadline: context.workDeadline).close()
        } catch {
            // The check itself copes with a journal of an interrupted write.
            guard error.kind == .unfinishedWrite else { throw error }
        }
    }
}

extension SQLiteChecks {
    /// Their names as a checklist writes them.
    var words: String {
        let names: [(SQLiteChecks, String)] = [
            (.integrity, "integrity"), (.quick, "quick"), (.foreignKeys, "foreign_keys"),
        ]
        return names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
