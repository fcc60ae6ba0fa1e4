import Backups
package import Foundation
import Maintenance
package import PluginKit
import SystemPackage

/// Says how old the newest backup that counts is.
package struct BackupAgePlugin: TaskPlugin {
    package static let name = "backup-age"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: BackupAgeConfiguration
    private let now: @Sendable () -> Date

    package init(_ configuration: BackupAgeConfiguration) throws { try self.init(configuration, now: { Date() }) }

    /// The same with another wall clock.
    package init(_ configuration: BackupAgeConfiguration, now: @escaping @Sendable () -> Date) throws {
        try configuration.check()
        self.configuration = configuration
        self.now = now
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let (name, path) = try context.database(named: configuration.database)
        guard let settings = context.service.backups else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)' has no backup folders; name them below 'backups:'")
        }
        let wanted = configuration.tiers ?? Tier.allCases
        let inventory = try BackupInventory.read(
            BackupPlace.all(of: settings).filter { wanted.contains($0.tier) },
            pools: configuration.tiers == nil ? BackupPool.all(of: settings) : [],
            of: BackupIdentity(service: context.service.name, database: name, file: path))
        let now = now()
        let judgements = configuration.tiers.map { tiers in
            tiers.map { AgeJudgement(of: $0, among: inventory.sets, now: now) }
        }
        let report = BackupAgeReport(
            configuration: configuration, inventory: inventory,
            judgements: judgements ?? [AgeJudgement(of: nil, among: inventory.sets, now: now)],
            timeZone: TimeZone(identifier: context.service.timezone) ?? .gmt)
        return report.tell(context)
    }
}
