import Backups
import ConfigurationFiles
import Foundation
import Maintenance
import Scheduler

/// Which backups would be there after a time to come, if every backup task succeeded.
struct BackupForecast {
    /// A set that is there now, or would be made.
    struct Item: Hashable {
        let instant: Date
        let isNew: Bool
        /// Why retention leaves it alone, whatever its age.
        var protection: String?
        var counts = true
    }

    /// One tier of one database.
    struct Tier {
        let service, database, tier: String
        /// The newest first, each with the reason why it is kept.
        let kept: [(item: Item, reason: String)]
        let made: Int
        let removed: Int
    }

    private let instance: Instance

    init(_ instance: Instance) { self.instance = instance }

    /// - Parameter runs: what would run, in order.
    /// - Returns: every tier that has or gets a set.
    /// - Throws: `CommandFailure`, `FileError` where the present backups cannot be read.
    func tiers(after runs: [Simulation.Row]) throws -> [Tier] {
        var tiers: [Tier] = []
        for service in instance.services.values.sorted(by: { $0.name < $1.name }) {
            guard let settings = service.backups else { continue }
            for (name, location) in service.databases.sorted(by: { $0.key < $1.key }) {
                let site = try BackupSite(
                    instance: instance, service: service, settings: settings, name: name, location: location)
                let tasks = tasks(of: site)
                guard !tasks.isEmpty else { continue }
                let inventory = try site.inventory()
                for tier in Backups.Tier.allCases {
                    let times = runs.flatMap { row in
                        tasks.filter { $0.0 == row.firing.checklist && $0.1.contains(tier) }.map { _ in row.at }
                    }
                    let present = inventory.sets.filter { $0.set.folder == site.folder(of: tier) }
                    guard !(times.isEmpty && present.isEmpty) else { continue }
                    tiers.append(try forecast(site, tier, times, present))
                }
            }
        }
        return tiers
    }

    /// The checklists with a backup task for a database, and the tiers that it serves.
    private func tasks(of site: BackupSite) -> [(String, Set<Backups.Tier>)] {
        instance.checklists.filter { $0.service.name == site.service.name }.flatMap { checklist in
            checklist.tasks.filter {
                $0.plugin == "backup"
                    && site.service.databaseName(for: $0.with["database"]?.string) == site.identity.database
            }.map { task in
                var names = [task.with["tier"]?.string ?? "daily"]
                if case .array(let also) = task.with["also"] { names += also.compactMap(\.string) }
                return (checklist.name, Set(names.compactMap(Backups.Tier.init(rawValue:))))
            }
        }
    }

    private func forecast(
        _ site: BackupSite, _ tier: Backups.Tier, _ times: [Date], _ present: [KnownSet]
    ) throws -> Tier {
        let now = Date()
        var items = present.map { set in
            let pin = set.isPinned(at: now) ? "pinned" : nil
            return Item(instant: set.instant, isNew: false, protection: pin, counts: set.counts)
        }
        items.sort { $0.instant < $1.instant }
        var reasons: [Date: String] = [:]
        let before = items.count
        for time in times {
            items.append(Item(instant: time, isNew: true))
            guard let unit = tier.unit else { continue }
            let decisions = try Retention.plan(
                items.map { RetentionCandidate(instant: $0.instant, isVerified: $0.counts, protection: $0.protection) },
                unit: unit, keep: site.keep(of: tier), timeZone: site.timeZone, now: time)
            let kept = decisions.filter(\.isKept)
            reasons = Dictionary(kept.map { (items[$0.index].instant, $0.reason) }) { first, _ in first }
            items = kept.map { items[$0.index] }.sorted { $0.instant < $1.instant }
        }
        let kept = items.reversed().map { ($0, reasons[$0.instant] ?? (tier.unit == nil ? "never pruned" : "as now")) }
        return Tier(
            service: site.service.name, database: site.identity.database, tier: tier.rawValue, kept: kept,
            made: times.count, removed: before + times.count - items.count)
    }
}
