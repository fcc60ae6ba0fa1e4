import Backups
import Maintenance
import PluginKit
import SystemPackage

/// What pruning several folders came to.
struct PruneTally {
    private var kept = 0
    private var removed = 0
    private var bytes = 0
    private var holds: [String] = []
    private var failures: [String] = []
    private var damaged: Set<String> = []
    private var told: Set<BackupProblem> = []

    /// Tells why each set was kept or removed.
    mutating func add(_ plan: PruningPlan, _ context: TaskContext) {
        for note in plan.notes { context.log(.info, note) }
        for decision in plan.decisions {
            let verb =
                decision.isKept
                ? (context.isDryRun ? "would keep" : "kept") : (context.isDryRun ? "would remove" : "removed")
            context.log(.info, "\(verb) \(decision.set.filePaths.first ?? plan.folder): \(decision.reason)")
            if decision.isKept { kept += 1 } else { bytes += decision.set.summary.bytes }
        }
        removed += plan.removed.count
        // Every plan has the problems of all folders of the service.
        for problem in plan.problems where told.insert(problem).inserted {
            context.log(problem.isDamage ? .warning : .info, problem.description)
            if problem.isDamage { damaged.insert(problem.path.string) }
        }
        if let hold = plan.hold?.description, !holds.contains(hold) {
            holds.append(hold)
            context.log(.warning, hold)
        }
    }

    mutating func fail(_ error: any Error, _ context: TaskContext) {
        failures.append("\(error)")
        context.log(.error, "\(error)")
    }

    func result(isDryRun: Bool, _ context: TaskContext) -> TaskResult {
        if !isDryRun {
            context.measure(TaskMeasurement("sets_kept", Double(kept), .count))
            context.measure(TaskMeasurement("sets_removed", Double(removed), .count))
            context.measure(TaskMeasurement("freed", Double(bytes), .bytes))
        }
        var summary =
            isDryRun ? "would keep \(kept) and remove \(removed)" : "\(kept) kept, \(removed) removed"
        if removed > 0 { summary += ", \(ByteSize(bytes: Int64(bytes)))" }
        if let hold = holds.first { summary += "; \(hold)" }
        if !damaged.isEmpty { summary += "; \(damaged.count) damaged" }
        if let failure = failures.first { summary += "; \(failure)" }
        let outcome: Outcome = failures.isEmpty ? (holds.isEmpty && damaged.isEmpty ? .ok : .warning) : .critical
        return TaskResult(outcome, summary)
    }
}
