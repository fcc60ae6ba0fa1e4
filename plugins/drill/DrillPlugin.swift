import Backups
package import Foundation
import Maintenance
package import PluginKit
import SQLiteFile
import SystemPackage

/// Proves that backup sets restore: the newest one every time, and the others in turn.
package struct DrillPlugin: TaskPlugin {
    package static let name = "drill"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: DrillConfiguration
    private let now: @Sendable () -> Date

    package init(_ configuration: DrillConfiguration) throws { try self.init(configuration, now: { Date() }) }

    /// The same with another wall clock.
    package init(_ configuration: DrillConfiguration, now: @escaping @Sendable () -> Date) throws {
        try configuration.check()
        self.configuration = configuration
        self.now = now
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let plan = try DrillPlan(configuration, context)
        let inventory = try plan.inventory()
        for problem in inventory.problems { context.log(problem.isDamage ? .warning : .info, problem.description) }
        let targets = try DrillTarget.all(in: inventory)
        let chosen = plan.rotation.choose(from: targets, now: now())
        guard !chosen.isEmpty else {
            let places = plan.folders.map { "'\($0)'" }.joined(separator: ", ")
            return TaskResult(.critical, "there is no backup set to drill in \(places); make one first")
        }
        if context.isDryRun { return rehearse(chosen, of: targets, plan, context) }
        let results = try await drill(chosen, plan, context)
        return try DrillReporting(plan: plan, context: context, now: now()).report(results)
    }

    private func drill(
        _ chosen: [DrillTarget], _ plan: DrillPlan, _ context: TaskContext
    ) async throws -> [DrillResult] {
        let drill = Drill(
            scratch: context.scratch, decryption: plan.decryption, deadline: context.workDeadline, now: now)
        var results: [DrillResult] = []
        for (index, target) in chosen.enumerated() {
            try Task.checkCancellation()
            context.progress(Double(index) / Double(chosen.count), "drilling \(target.known.set.title)")
            do {
                let result = try await drill.run(target)
                // At once: a task that is stopped later has proven this one all the same.
                try result.record()
                results.append(result)
            } catch let error as SQLiteFileError where error.kind == .cancelled {
                throw CancellationError()
            } catch let error as SQLiteFileError where error.kind == .deadlinePassed {
                throw TaskFailure(
                    "the time limit passed after \(results.count) of \(chosen.count) drills; those are noted, and the"
                        + " next run goes on with the others: allow more time or set 'at_most'")
            }
        }
        return results
    }

    private func rehearse(
        _ chosen: [DrillTarget], of targets: [DrillTarget], _ plan: DrillPlan, _ context: TaskContext
    ) -> TaskResult {
        for target in chosen {
            context.log(.info, "would drill '\(target.known.set.title)', last proven \(plan.text(target.provenAt))")
        }
        return TaskResult(.ok, "would drill \(chosen.count) of \(targets.count) sets")
    }
}
