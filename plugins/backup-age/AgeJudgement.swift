import Backups
import Foundation
import Maintenance

/// What the sets of one tier, or of all folders, come to.
struct AgeJudgement {
    /// Nil for all folders together.
    let tier: Tier?
    /// The newest set that counts and is not from the future.
    let newest: KnownSet?
    /// The sets that lie here and are newer than it, but do not count.
    let passedOver: [KnownSet]
    /// The sets that say to be of later than now.
    let future: [KnownSet]
    let now: Date

    /// A clock that was set back by less is none that was wrong.
    private static let tolerance: TimeInterval = 300

    /// - Parameters:
    ///   - tier: whose sets are looked at; nil for all.
    ///   - sets: newest first.
    ///   - now: the wall clock.
    init(of tier: Tier?, among sets: [KnownSet], now: Date) {
        let own = sets.filter { known in tier.map { known.set.tiers.contains($0) } ?? true }
        let isFuture = { (known: KnownSet) in known.instant.timeIntervalSince(now) > Self.tolerance }
        let newest = own.first { $0.counts && !isFuture($0) }
        self.tier = tier
        self.newest = newest
        self.now = now
        future = own.filter(isFuture)
        passedOver = own.filter { known in
            !known.counts && !isFuture(known) && newest.map { known.instant > $0.instant } ?? true
        }
    }

    /// In seconds; nil where there is no set that counts.
    var age: TimeInterval? { newest.map { max(now.timeIntervalSince($0.instant), 0) } }

    /// The age as a number that is judged.
    func measurement(_ configuration: BackupAgeConfiguration) -> TaskMeasurement? {
        age.map { age in
            TaskMeasurement(
                tier.map { "\($0.rawValue).newest_age" } ?? "newest_age", age.rounded(), .seconds,
                warning: .above(configuration.warning.seconds), critical: .above(configuration.critical.seconds))
        }
    }
}
