import DurableFiles
package import Foundation
import SystemPackage

/// A decision about one set of a folder.
package struct PruningDecision: Hashable, Sendable {
    package let set: BackupSet
    package let isKept: Bool
    package let reason: String
}

/// What pruning one tier of one database would do, or did.
package struct PruningPlan: Hashable, Sendable {
    /// From the newest to the oldest set.
    package let decisions: [PruningDecision]
    /// What looks like a set and does not count; never removed.
    package let problems: [BackupProblem]

    package var kept: [PruningDecision] { decisions.filter(\.isKept) }
    package var removed: [PruningDecision] { decisions.filter { !$0.isKept } }
}

/// Prunes the folder of one tier of one database.
package struct Pruning: Sendable {
    package let place: BackupPlace
    package let identity: BackupIdentity
    /// How many days, weeks or months keep their set.
    package let keep: Int
    package let timeZone: TimeZone
    /// Other tiers whose sets lie in the same folder.
    package let tiersInFolder: Set<Tier>

    /// Only takes notes; ``execute(now:)`` does the work.
    ///
    /// - Parameters:
    ///   - place: the tier and its folder.
    ///   - identity: whose sets; others are not touched.
    ///   - keep: how many days, weeks or months keep their set.
    ///   - timeZone: where days, weeks and months begin.
    ///   - tiersInFolder: all tiers that share the folder; a set that serves another one of them stays.
    package init(
        place: BackupPlace, identity: BackupIdentity, keep: Int, timeZone: TimeZone, tiersInFolder: Set<Tier> = []
    ) {
        self.place = place
        self.identity = identity
        self.keep = keep
        self.timeZone = timeZone
        self.tiersInFolder = tiersInFolder.subtracting([place.tier])
    }

    /// Says what ``execute(now:)`` would do.
    ///
    /// - Parameters:
    ///   - now: the wall clock.
    ///   - upcoming: when a set will be made that would then be the newest one.
    /// - Returns: what stays and what would go.
    /// - Throws: ``BackupError``, `FileError`.
    package func plan(now: Date, upcoming: Date? = nil) throws -> PruningPlan {
        let catalogue = try BackupCatalogue.read(place.folder, of: identity)
        let sets = catalogue.sets.filter { $0.manifest.tiers.contains(place.tier) }
        guard let unit = place.tier.unit else {
            let all = sets.reversed().map { PruningDecision(set: $0, isKept: true, reason: "manual: never pruned") }
            return PruningPlan(decisions: all, problems: catalogue.problems)
        }
        let candidates = sets.map { RetentionCandidate(instant: $0.instant, protection: protection(of: $0)) }
        let made = upcoming.map { [RetentionCandidate(instant: $0)] } ?? []
        let decisions = try Retention.plan(candidates + made, unit: unit, keep: keep, timeZone: timeZone, now: now)
        return PruningPlan(
            decisions: decisions.filter { $0.index < sets.count }.map {
                PruningDecision(set: sets[$0.index], isKept: $0.isKept, reason: $0.reason)
            },
            problems: catalogue.problems)
    }

    /// Removes what the plan says.
    ///
    /// Only to be called after a new set was verified.
    ///
    /// - Parameter now: the wall clock.
    /// - Returns: the plan that was carried out.
    /// - Throws: ``BackupError``, `FileError`, `CancellationError`; some sets may be gone then, each of them wholly.
    package func execute(now: Date) throws -> PruningPlan {
        try BackupFolder(path: place.folder).locked(purpose: "pruning \(identity.stem)") {
            let plan = try plan(now: now)
            for decision in plan.removed {
                try Task.checkCancellation()
                _ = try SetRemoval(folder: place.folder).remove(decision.set)
            }
            return plan
        }
    }

    private func protection(of set: BackupSet) -> String? {
        let others = set.manifest.tiers.filter(tiersInFolder.contains)
        return others.first.map { "serves the tier '\($0.rawValue)' in the same folder too" }
    }
}
