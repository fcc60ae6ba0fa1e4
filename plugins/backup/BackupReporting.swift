import Backups
import Foundation
import Maintenance
import PluginKit
import SQLiteFile
import Synchronization
import SystemPackage

/// Tells the runner what a backup was.
struct BackupReporting {
    /// Findings and tables beyond this number are left to the manifest.
    private static let longestList = 20

    let plan: BackupPlan
    let context: TaskContext

    /// Reports numbers, files and findings of a set.
    ///
    /// - Returns: the outcome so far, and the summary without what pruning adds.
    func report(_ result: BackupResult) -> TaskResult {
        let manifest = result.manifest
        for note in result.notes { context.log(.info, note) }
        measure(result)
        for set in result.sets { reportFiles(of: set) }
        if let export = result.export, let record = manifest.export {
            made("export", export, bytes: record.bytes, "\(record.sha256)")
        }
        for anomaly in result.anomalies?.anomalies ?? [] { context.log(.error, "\(anomaly)") }
        for finding in result.foreignKeyFindings.prefix(Self.longestList) { context.log(.warning, finding.text) }
        var outcome = databaseSize(result.copy.bytes).outcome
        let tables = manifest.database.tables.count
        let size = ByteSize(bytes: Int64(manifest.bytes)).description
        var summary =
            "\(result.sets[0].title), \(size), \(count(manifest.rows, "row")) in \(count(tables, "table")), verified"
        if let encryption = manifest.files[0].encryption { summary += ", encrypted with \(encryption)" }
        if manifest.database.foreignKeyViolations > 0 {
            outcome = .warning
            summary += "; \(count(manifest.database.foreignKeyViolations, "broken foreign key")) in the database"
        }
        if outcome != .ok, let limit = plan.thresholds.databaseSize, result.copy.bytes > limit.bytes {
            summary += "; the database is larger than \(limit)"
        }
        return TaskResult(outcome, summary)
    }

    /// Reports why each set was kept or removed, and what lies there without counting.
    func report(_ pruned: PruningPlan, isDryRun: Bool) {
        for decision in pruned.decisions {
            let verb = decision.isKept ? (isDryRun ? "would keep" : "kept") : (isDryRun ? "would remove" : "removed")
            context.log(.info, "\(verb) \(decision.set.title): \(decision.reason)")
        }
        for note in pruned.notes { context.log(.info, note) }
        if let hold = pruned.hold { context.log(isDryRun ? .info : .warning, "\(hold)") }
        for problem in pruned.problems { context.log(problem.isDamage ? .warning : .info, problem.description) }
        guard !isDryRun else { return }
        context.measure(TaskMeasurement("sets_kept", Double(pruned.kept.count), .count))
        context.measure(TaskMeasurement("sets_removed", Double(pruned.removed.count), .count))
    }

    func databaseSize(_ bytes: Int64) -> TaskMeasurement {
        let warning = plan.thresholds.databaseSize.map { MeasurementRange.above(Double($0.bytes)) }
        return TaskMeasurement("database_size", Double(bytes), .bytes, warning: warning)
    }

    private func measure(_ result: BackupResult) {
        let manifest = result.manifest
        context.measure(TaskMeasurement("backup_size", Double(manifest.bytes), .bytes))
        context.measure(databaseSize(result.copy.bytes))
        let share = Double(manifest.bytes) / Double(max(result.copy.bytes, 1)) * 100
        context.measure(TaskMeasurement("compressed_share", (share * 100).rounded() / 100, .percent))
        context.measure(TaskMeasurement("duration", rounded(result.duration), .seconds))
        context.measure(TaskMeasurement("wal_peak", Double(result.copy.walBytesPeak), .bytes))
        context.measure(TaskMeasurement("copy_duration", rounded(result.copy.duration), .seconds))
        context.measure(TaskMeasurement("rows", Double(manifest.rows), .count))
        for table in manifest.database.tables.prefix(Self.longestList) where Self.canName(table.name) {
            context.measure(TaskMeasurement("\(table.name).rows", Double(table.rows), .count))
        }
    }

    private func rounded(_ duration: Duration) -> Double { (duration.inSeconds * 1000).rounded() / 1000 }

    private func reportFiles(of set: BackupSet) {
        for (path, file) in zip(set.filePaths, set.files) {
            made("backup", path, bytes: file.bytes, "\(file.sha256)")
        }
        // A manifest that cannot be read a moment later is told of by its missing line, and by the next backup.
        guard let manifest = try? set.manifestFile() else { return }
        made("manifest", set.manifestPath, bytes: manifest.bytes, "\(manifest.sha256)")
    }

    private func made(_ kind: String, _ path: FilePath, bytes: Int, _ sha256: String) {
        context.made(Artifact(kind: kind, path: path.string, bytes: Int64(bytes), sha256: sha256))
    }

    /// Whether a table's name can stand in the name of a measurement.
    private static func canName(_ table: String) -> Bool {
        !table.isEmpty
            && table.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
            }
    }

    private func count(_ number: Int, _ noun: String) -> String {
        let digits = number.formatted(.number.locale(Locale(identifier: "en_US")))
        return "\(digits) \(noun)\(number == 1 ? "" : "s")"
    }
}

/// Passes on progress, but not more often than a person can read it.
final class ProgressReporting: Sendable {
    private static let interval = Duration.milliseconds(200)

    private let context: TaskContext
    private let last = Mutex<(stage: BackupStage, at: ContinuousClock.Instant)?>(nil)

    init(_ context: TaskContext) { self.context = context }

    func note(_ stage: BackupStage, _ fraction: Double) {
        let isDue = last.withLock { last in
            if let last, last.stage == stage, ContinuousClock.now - last.at < Self.interval { return false }
            last = (stage, .now)
            return true
        }
        if isDue { context.progress(fraction, stage.rawValue) }
    }
}
