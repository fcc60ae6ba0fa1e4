package import Foundation
package import SystemPackage

/// What is to be pruned, and how.
package struct PruningRequest: Hashable, Sendable {
    /// One folder, and by what rule sets stay in it.
    package enum Target: Hashable, Sendable {
        /// A tier's folder, where so many days, weeks or months keep their set.
        case tier(BackupPlace, keep: Int)
        /// A folder that Ronde did not lay out; only sets that serve no tier are pruned in it.
        case pool(BackupPool)

        package var folder: FilePath {
            switch self {
            case .tier(let place, _): place.folder
            case .pool(let pool): pool.folder
            }
        }
    }

    /// Whose sets; others are not touched.
    package var identity: BackupIdentity
    package var target: Target
    /// Where days, weeks and months begin.
    package var timeZone: TimeZone
    /// All tiers' folders of the service: a bad copy in any of them holds up pruning in all, and a set that serves
    /// another tier of the same folder stays.
    package var places: [BackupPlace]
    /// All folders of adopted sets of the service.
    package var pools: [BackupPool]
    /// How many verified sets stay whatever the rule says.
    package var keepAtLeast: Int
    /// Whether a person says that the clock is right.
    package var confirmsClock: Bool

    package init(
        identity: BackupIdentity, target: Target, timeZone: TimeZone, places: [BackupPlace], pools: [BackupPool] = [],
        keepAtLeast: Int = 0, confirmsClock: Bool = false
    ) {
        self.identity = identity
        self.target = target
        self.timeZone = timeZone
        self.places = places
        self.pools = pools
        self.keepAtLeast = keepAtLeast
        self.confirmsClock = confirmsClock
    }

    /// The folder to be pruned first, then the others.
    var folders: [FilePath] {
        ([target.folder] + places.map(\.folder) + pools.map(\.folder))
            .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The rule; nil where nothing is ever pruned.
    var rule: RetentionRule? {
        switch target {
        case .tier(let place, let keep): place.tier.unit.map { .units($0, keep: keep) }
        case .pool(let pool): .policy(pool.policy)
        }
    }

    /// Whether it is this pruning's to decide about a set of the folder.
    func decides(about set: BackupSet) -> Bool {
        switch target {
        case .tier(let place, _): set.tiers.contains(place.tier)
        case .pool: set.tiers.isEmpty
        }
    }

    /// Why a set must stay whatever the rule says.
    func protection(of known: KnownSet, at now: Date) -> String? {
        if let pin = known.pin, pin.protects(at: now) { return pin.reason(in: timeZone) }
        guard case .tier(let place, _) = target else { return nil }
        let others = places.lazy.filter { $0.folder == place.folder && $0.tier != place.tier }.map(\.tier)
        return known.set.tiers.first(where: others.contains)
            .map { "serves the tier '\($0.rawValue)' in the same folder too" }
    }
}
