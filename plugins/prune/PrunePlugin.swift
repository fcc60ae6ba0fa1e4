import Backups
import Foundation
import Maintenance
package import PluginKit
import SystemPackage

/// Removes verified backup sets that no rule keeps any more.
package struct PrunePlugin: TaskPlugin {
    package static let name = "prune"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: PruneConfiguration

    package init(_ configuration: PruneConfiguration) throws {
        try configuration.check()
        self.configuration = configuration
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        var tally = PruneTally()
        for request in try requests(context) {
            do {
                let pruning = Pruning(request)
                let now = Date()
                let plan = try context.isDryRun ? pruning.plan(now: now) : pruning.execute(now: now)
                tally.add(plan, context)
            } catch let error where !(error is CancellationError) {
                // One closed folder must not keep the others from being pruned.
                tally.fail(error, context)
            }
        }
        return tally.result(isDryRun: context.isDryRun, context)
    }

    /// One for each folder that is to be pruned.
    private func requests(_ context: TaskContext) throws -> [PruningRequest] {
        let (name, path) = try context.database(named: configuration.database)
        guard let settings = context.service.backups else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)' has no backup folders; name them below 'backups:'")
        }
        guard let timeZone = TimeZone(identifier: context.service.timezone) else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)': '\(context.service.timezone)' is no time zone")
        }
        let identity = BackupIdentity(service: context.service.name, database: name, file: path)
        let places = BackupPlace.all(of: settings)
        let pools = BackupPool.all(of: settings)
        return try targets(places, pools).map { target in
            PruningRequest(
                identity: identity, target: target, timeZone: timeZone, places: places, pools: pools,
                keepAtLeast: configuration.keepAtLeast ?? 0)
        }
    }

    private func targets(_ places: [BackupPlace], _ pools: [BackupPool]) throws -> [PruningRequest.Target] {
        if let folder = configuration.folder { return [.pool(try pool(folder, pools))] }
        let tiers = places.compactMap { place -> PruningRequest.Target? in
            guard configuration.tier == nil || configuration.tier == place.tier else { return nil }
            return place.tier.usualKeep.map { .tier(place, keep: configuration.keep ?? $0) }
        }
        return configuration.tier == nil ? tiers + pools.map { .pool($0) } : tiers
    }

    private func pool(_ text: String, _ pools: [BackupPool]) throws -> BackupPool {
        let folder = FilePath(text).lexicallyNormalized()
        // A relative path is one that the configuration has made absolute: its end is the same.
        let known = pools.first { $0.folder == folder || (folder.isRelative && $0.folder.ends(with: folder)) }
        if let known { return BackupPool(folder: known.folder, policy: configuration.policy ?? known.policy) }
        guard folder.isAbsolute, let policy = configuration.policy else {
            let names = pools.map { "'\($0.folder)'" }.joined(separator: ", ")
            throw TaskFailure(
                .unknown,
                "folder: '\(text)' is no adopted folder of the service; name it below 'backups: adopted:',"
                    + " or give its absolute path and what to keep"
                    + (names.isEmpty ? "" : "; known are \(names)"))
        }
        return BackupPool(folder: folder, policy: policy)
    }
}
