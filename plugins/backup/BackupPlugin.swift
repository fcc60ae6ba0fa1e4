import Backups
package import Foundation
import Maintenance
package import PluginKit
import SQLiteFile
import SystemPackage

/// Makes a verified backup set of the service's database and prunes the tier it belongs to.
package struct BackupPlugin: TaskPlugin {
    package static let name = "backup"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: BackupConfiguration
    private let now: @Sendable () -> Date

    package init(_ configuration: BackupConfiguration) throws {
        try self.init(configuration, now: { Date() })
    }

    /// The same with another wall clock.
    package init(_ configuration: BackupConfiguration, now: @escaping @Sendable () -> Date) throws {
        try configuration.check()
        self.configuration = configuration
        self.now = now
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let plan = try BackupPlan(configuration, context)
        let progress = ProgressReporting(context)
        let maker = BackupMaker(plan.request, now: now, observe: progress.note)
        do {
            if context.isDryRun { return try rehearse(maker, plan, context) }
            let result = try await maker.make()
            let found = BackupReporting(plan: plan, context: context).report(result)
            if let anomalies = result.anomalies { return suspicious(result, anomalies, found, plan) }
            return try prune(plan, context, found)
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

    /// The set is stored and verified, but what it holds is so much less that a person has to look.
    private func suspicious(
        _ result: BackupResult, _ report: AnomalyReport, _ found: TaskResult, _ plan: BackupPlan
    ) -> TaskResult {
        let name = result.sets[0].name
        return TaskResult(
            .critical,
            "\(found.summary); but \(report.sentence(timeZone: plan.request.timeZone)): it does not count until a"
                + " person accepts it, and nothing was pruned. Look at the database; if all is well, run"
                + " ronde backups accept \(name) --note \"why\"")
    }

    private func prune(_ plan: BackupPlan, _ context: TaskContext, _ found: TaskResult) throws -> TaskResult {
        guard let pruning = plan.pruning else { return found }
        do {
            let done = try pruning.execute(now: now())
            BackupReporting(plan: plan, context: context).report(done, isDryRun: false)
            var outcome = found.outcome
            if outcome == .ok, done.hold != nil || done.problems.contains(where: \.isDamage) { outcome = .warning }
            if let hold = done.hold { return TaskResult(outcome, "\(found.summary); \(hold)") }
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
