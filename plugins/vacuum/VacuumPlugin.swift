import DatabaseTasks
import Maintenance
package import PluginKit
import SQLiteFile
import SystemPackage

/// Rebuilds a database without its free pages, if there are enough of them to be worth it.
package struct VacuumPlugin: TaskPlugin {
    package static let name = "vacuum"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        var database: String?
        var when: VacuumCondition
        var check: CheckFirst
        /// How long to wait for each lock of another connection.
        var busyTimeout: TimeSpan
        /// How long a VACUUM may keep the service from writing.
        var maxStall: TimeSpan

        enum CodingKeys: String, CodingKey {
            case database, when, check
            case busyTimeout = "busy_timeout"
            case maxStall = "max_stall"
        }
    }

    private let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let (name, path) = try context.database(named: configuration.database)
        do {
            return try vacuum(SQLiteFile(path: path), named: name, in: context)
        } catch let error as SQLiteFileError {
            switch error.kind {
            case .cancelled: throw TaskFailure(.unknown, "stopped before it was done; \(name) is as it was")
            case .diskFull:
                let folder = SQLiteFile.temporaryFolder().map { "\($0)" } ?? "its folder for temporary files"
                throw TaskFailure(.critical, "\(error). SQLite builds the new database in \(folder).")
            default: throw error
            }
        }
    }

    private func vacuum(_ file: SQLiteFile, named name: String, in context: TaskContext) throws -> TaskResult {
        context.progress(nil, "measuring the free pages of \(name)")
        let connection = try file.open(
            mode: context.isDryRun ? .readOnly : .readWrite, busyTimeout: configuration.busyTimeout.duration,
            deadline: context.workDeadline, watchingWriters: true)
        defer { connection.close() }
        let before = try connection.facts()
        let measured = VacuumMeasurements(before: before, limit: context.service.thresholds.databaseSize)
        measured.before.forEach(context.measure)
        let words = VacuumWords(database: name, before: before)
        guard configuration.when.holds(forFreeShare: before.freeShare) else {
            measured.after(before).forEach(context.measure)
            return measured.judge(before, words.notNeeded(configuration.when))
        }
        let isIncremental = try connection.autoVacuum() == .incremental && before.freePages > 0
        if !isIncremental { try VacuumRoom(needed: try connection.vacuumSpaceNeeded()).require() }
        context.progress(nil, "checking \(name) before it is \(isIncremental ? "shortened" : "rebuilt")")
        let start = ContinuousClock.now
        try configuration.check.require(of: connection, named: name, else: "it was not rebuilt")
        context.measure(TaskMeasurement("check_time", (ContinuousClock.now - start).inSeconds, .seconds))
        if context.isDryRun { try WriteAccess.require(to: file.path) }
        let work = VacuumWork(file: file, connection: connection, words: words, measured: measured, context: context)
        return isIncremental ? try work.giveBackInSteps() : try work.rebuild(maxStall: configuration.maxStall)
    }
}

extension SQLiteFacts {
    /// The share of the pages that are free, in percent.
    var freeShare: Double {
        // Multiplied first: 7 of 100 pages are 7 percent, and not a little more.
        pageCount == 0 ? 0 : Double(freePages) * 100 / Double(pageCount)
    }
}
