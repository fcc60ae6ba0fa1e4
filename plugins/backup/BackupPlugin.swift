import Backups
import Foundation
import Maintenance
package import PluginKit
import SQLiteFile
import SystemPackage

/// Makes a verified backup set of the service's database and prunes the tier it belongs to.
package struct BackupPlugin: TaskPlugin {
    package static let name = "backup"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: BackupConfiguration

    package init(_ configuration: BackupConfiguration) throws {
        try configuration.check()
        self.configuration = configuration
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let plan = try BackupPlan(configuration, context)
        let progress = ProgressReporting(context)
        let maker = BackupMaker(plan.request, observe: progress.note)
        do {
            if context.isDryRun { return try rehearse(maker, plan, context) }
            let result = try await maker.make()
            let outcome = BackupReporting(plan: plan, context: context).report(result)
            return try prune(plan, context, after: result, outcome)
        } catch let error as TaskFailure {
            throw error
        } catch let error as SQLiteFileError where error.kind == .cancelled {
            throw CancellationError()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw TaskFailure(.critical, sentence(for: error, maker, plan))
        }
    }

    /// An error, and which backup there is to fall back on.
    private func sentence(for error: any Error, _ maker: BackupMaker, _ plan: BackupPlan) -> String {
        let sentence = "\(error)"
        guard !(error is BackupError), let last = maker.lastGood else { return sentence }
        return sentence + (sentence.hasSuffix(".") ? "" : ".") + " The last verified backup is \(last)."
    }

    private func prune(
        _ plan: BackupPlan, _ context: TaskContext, after result: BackupResult, _ found: TaskResult
    ) throws -> TaskResult {
        guard let pruning = plan.pruning else { return found }
        do {
            let done = try pruning.execute(now: Date())
            BackupReporting(plan: plan, context: context).report(done, isDryRun: false)
            let outcome = found.outcome == .ok && done.problems.contains(where: \.isDamage) ? .warning : found.outcome
            return TaskResult(
                outcome, "\(found.summary); \(done.kept.count) kept, \(done.removed.count) removed")
        } catch let error where !(error is CancellationError) {
            throw TaskFailure(.critical, "\(found.summary); but older sets could not be pruned: \(error)")
        }
    }

    private func rehearse(_ maker: BackupMaker, _ plan: BackupPlan, _ context: TaskContext) throws -> TaskResult {
        let rehearsal = try maker.rehearse()
        let reporting = BackupReporting(plan: plan, context: context)
        let folders = plan.request.places.map { "'\($0.folder)' (\($0.tier.rawValue))" }.joined(separator: ", ")
        context.log(.info, "would make \(rehearsal.fileName) in \(folders)")
        if plan.request.exportsSQL { context.log(.info, "would write the SQL export of \(rehearsal.month)") }
        context.measure(reporting.databaseSize(rehearsal.facts.databaseBytes))
        var summary = "would make \(rehearsal.fileName)"
        if let pruning = plan.pruning {
            let pruned = try pruning.plan(now: rehearsal.instant, upcoming: rehearsal.instant)
            reporting.report(pruned, isDryRun: true)
            summary += "; would keep \(pruned.kept.count + 1) and remove \(pruned.removed.count)"
        }
        return TaskResult(.ok, summary)
    }
}
