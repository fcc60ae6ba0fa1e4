import DatabaseTasks
import DurableFiles
import Maintenance
package import PluginKit
import SQLiteFile
import SystemPackage

/// Refreshes the planner's statistics and says which of them changed.
package struct AnalyzePlugin: TaskPlugin {
    package static let name = "analyze"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        enum Mode: String, Decodable, Sendable {
            case optimize
            case full
        }

        var database: String?
        var mode: Mode
        var check: CheckFirst
        /// How long to wait for each lock of another connection.
        var busyTimeout: TimeSpan

        enum CodingKeys: String, CodingKey {
            case database, mode, check
            case busyTimeout = "busy_timeout"
        }
    }

    private let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let (name, path) = try context.database(named: configuration.database)
        do {
            return try analyze(SQLiteFile(path: path), named: name, in: context)
        } catch let error as SQLiteFileError where error.kind == .cancelled {
            throw TaskFailure(.unknown, "stopped before it was done; the statistics of \(name) are as they were")
        }
    }

    private func analyze(_ file: SQLiteFile, named name: String, in context: TaskContext) throws -> TaskResult {
        context.progress(nil, "checking \(name) first")
        let connection = try file.open(
            mode: context.isDryRun ? .readOnly : .readWrite, busyTimeout: configuration.busyTimeout.duration,
            deadline: context.workDeadline)
        defer { connection.close() }
        try configuration.check.require(of: connection, named: name, else: "it was not analyzed")
        if context.isDryRun {
            try WriteAccess.require(to: file.path)
            let size = ByteSize(bytes: try connection.facts().databaseBytes)
            return switch configuration.mode {
            case .optimize: TaskResult(.ok, "\(name): would refresh what SQLite thinks is worth it (\(size))")
            case .full: TaskResult(.ok, "\(name): would analyze every table (\(size))")
            }
        }
        context.progress(nil, "gathering the statistics of \(name)")
        let report =
            switch configuration.mode {
            case .optimize: try connection.optimize()
            case .full: try analyzeFully(connection, in: context)
            }
        let words = AnalyzeWords(database: name, report: report)
        for line in words.lines { context.log(.info, line) }
        context.measure(TaskMeasurement("statistics_changed", Double(report.changes.count), .count))
        context.measure(TaskMeasurement("statements_run", Double(report.statements.count), .count))
        return TaskResult(.ok, words.summary)
    }

    /// In place where nobody else could be waiting to write, and by way of a copy elsewhere.
    private func analyzeFully(_ connection: SQLiteConnection, in context: TaskContext) throws -> StatisticsReport {
        let others = OtherProcesses(using: connection.path)
        let bytes = try connection.facts().databaseBytes
        guard others.mayBeThere, bytes > Self.largestInPlace else {
            return try connection.analyze(restsForOthers: others.mayBeThere)
        }
        let room = try DiskSpace.available(at: context.scratch)
        guard Int64(room.availableBytes) > bytes + bytes / 10 else {
            throw TaskFailure(
                .critical,
                "no room to analyze a copy: it takes \(ByteSize(bytes: bytes)) in \(context.scratch), where "
                    + "\(ByteSize(bytes: Int64(room.availableBytes))) are free; free space there, stop the service "
                    + "meanwhile, or use 'mode: optimize'")
        }
        context.log(.info, "\(others.words): what is analyzed is a copy, so that nobody waits")
        return try connection.analyze(throughCopyIn: context.scratch)
    }

    /// In bytes: an ANALYZE of this much keeps others from writing for some milliseconds.
    private static let largestInPlace: Int64 = 16 << 20
}
