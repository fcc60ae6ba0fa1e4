import Archiving
import Exports
import Foundation
import Maintenance
package import PluginKit
import SQLiteFile
import SystemPackage

/// Writes the service's database as SQL, CSV or JSON lines, and removes older exports of the same kind.
package struct ExportPlugin: TaskPlugin {
    package static let name = "export"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        var database: String?
        var format: String
        var into: String?
        var compression: String
        var keep: Int?
        var tables: [String]?
        /// How long to wait for each lock of another connection.
        var busyTimeout: TimeSpan

        enum CodingKeys: String, CodingKey {
            case database, format, into, compression, keep, tables
            case busyTimeout = "busy_timeout"
        }
    }

    private let configuration: Configuration
    private let format: ExportFormat
    private let compression: Compression

    package init(_ configuration: Configuration) throws {
        guard let format = ExportFormat(rawValue: configuration.format) else {
            throw TaskFailure(.unknown, "format: '\(configuration.format)' is not known; use sql, csv or jsonl")
        }
        guard let compression = Compression(configuration.compression) else {
            throw TaskFailure(
                .unknown,
                "compression: '\(configuration.compression)' is not known; use none, gzip, gzip:9, zstd or zstd:3:2")
        }
        if let into = configuration.into, !into.hasPrefix("/") {
            throw TaskFailure(.unknown, "into: '\(into)' is no absolute path; write it from '/' on")
        }
        if let keep = configuration.keep, keep < 1 {
            throw TaskFailure(.unknown, "keep: \(keep) would keep no export; it must be at least 1")
        }
        if configuration.tables?.isEmpty == true {
            throw TaskFailure(.unknown, "tables: an empty list exports nothing; leave 'tables' out for all of them")
        }
        self.configuration = configuration
        self.format = format
        self.compression = compression
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let (name, path) = try context.database(named: configuration.database)
        let plan = try ExportPlan(configuration, format, compression, context, database: path)
        do {
            context.progress(nil, "opening \(name)")
            let connection = try SQLiteFile(path: path).open(
                busyTimeout: configuration.busyTimeout.duration, deadline: context.workDeadline)
            defer { connection.close() }
            if context.isDryRun { return try rehearse(plan, connection, context) }
            let result = try plan.export(connection, context)
            return try prune(plan, context, ExportReporting(plan: plan, context: context).report(result))
        } catch let error as SQLiteFileError where error.kind == .cancelled {
            throw CancellationError()
        }
    }

    private func prune(_ plan: ExportPlan, _ context: TaskContext, _ summary: String) throws -> TaskResult {
        guard let pruning = plan.pruning else { return TaskResult(.ok, summary) }
        do {
            let removed = try pruning.execute()
            for path in removed { context.log(.info, "removed \(path): \(pruning.keep) newer ones are kept") }
            context.measure(TaskMeasurement("exports_removed", Double(removed.count), .count))
            return TaskResult(.ok, removed.isEmpty ? summary : "\(summary); \(removed.count) older removed")
        } catch {
            throw TaskFailure(.critical, "\(summary); but older exports could not be removed: \(error)")
        }
    }

    private func rehearse(
        _ plan: ExportPlan, _ connection: SQLiteConnection, _ context: TaskContext
    ) throws -> TaskResult {
        let (path, tables) = try plan.export.rehearse(connection, at: Date())
        let surplus = try plan.pruning?.surplus(upcoming: 1) ?? []
        for path in surplus { context.log(.info, "would remove \(path)") }
        let removal = surplus.isEmpty ? "" : "; would remove \(surplus.count) older"
        return TaskResult(.ok, "would write \(path) with \(count(tables.count, "table"))\(removal)")
    }
}

/// A number and its noun.
func count(_ number: Int, _ noun: String) -> String {
    "\(number.formatted(.number.locale(Locale(identifier: "en_US")))) \(noun)\(number == 1 ? "" : "s")"
}
