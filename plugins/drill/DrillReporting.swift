import Backups
import Foundation
import Maintenance
import PluginKit
import SystemPackage

/// Tells the runner what drills showed.
struct DrillReporting {
    let plan: DrillPlan
    let context: TaskContext
    let now: Date

    /// Reports each drill, and how old the oldest proof is now.
    ///
    /// - Throws: `FileError`, `BackupError` when the folders cannot be read again.
    func report(_ results: [DrillResult]) throws -> TaskResult {
        for result in results { log(result) }
        let after = try plan.inventory()
        let targets = try DrillTarget.all(in: after)
        let oldest = targets.filter(\.counts).min { $0.provenAt < $1.provenAt }
        let age = oldest.map { max(now.timeIntervalSince($0.provenAt), 0) } ?? 0
        let measurement = TaskMeasurement(
            "oldest_proof_age", age.rounded(), .seconds, warning: .above(plan.rotation.patience))
        let failed = results.filter(\.hasFailed)
        context.measure(measurement)
        context.measure(TaskMeasurement("sets_drilled", Double(results.count), .count))
        context.measure(TaskMeasurement("sets_failed", Double(failed.count), .count, critical: .above(0)))
        if !failed.isEmpty { return critical(failed, after) }
        var outcome = measurement.outcome
        var summary = "\(Self.count(results.count, "set")) of \(targets.count) restored and compared, all as they were"
        let unopened = results.filter { if case .storedBytesOnly = $0.outcome { true } else { false } }
        if !unopened.isEmpty {
            summary =
                "\(Self.count(results.count, "set")) of \(targets.count) drilled, \(unopened.count) by the stored bytes"
                + " alone: no secret that opens them is here"
        }
        if outcome != .ok, let oldest {
            summary += "; '\(oldest.known.set.title)' was last proven \(plan.text(oldest.provenAt))"
        }
        let earlier = targets.filter { $0.known.drill?.outcome == .failed }
        if !earlier.isEmpty {
            outcome = .warning
            summary += "; \(Self.count(earlier.count, "set")) failed an earlier drill and does not count"
        }
        return TaskResult(outcome, summary)
    }

    private func critical(_ failed: [DrillResult], _ after: BackupInventory) -> TaskResult {
        let names = failed.prefix(3).map { "'\($0.target.known.set.filePaths[0])'" }.joined(separator: ", ")
        let more = failed.count > 3 ? " and \(failed.count - 3) more" : ""
        let newest = after.newestVerified.map {
            "The newest that counts is '\($0.set.filePaths[0])' of \(plan.text($0.instant))."
        }
        guard case .failed(let what)? = failed.first?.outcome else { return TaskResult(.critical, names) }
        return TaskResult(
            .critical,
            "\(names)\(more) failed the drill and no longer counts: \(what). "
                + (newest ?? "There is no other that counts: make a backup now."))
    }

    private func log(_ result: DrillResult) {
        let title = "'\(result.target.known.set.filePaths[0])'"
        let time = String(format: "%.1f s", result.duration.inSeconds)
        switch result.outcome {
        case .proven: context.log(.info, "\(title): restored and compared in \(time)")
        case .storedBytesOnly(let why): context.log(.info, "\(title): only its stored bytes were compared: \(why)")
        case .failed(let what): context.log(.error, "\(title): \(what)")
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
