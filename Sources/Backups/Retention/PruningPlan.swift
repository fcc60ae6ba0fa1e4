package import Foundation
package import SystemPackage

/// A decision about one set of a folder.
package struct PruningDecision: Hashable, Sendable {
    package let known: KnownSet
    package let isKept: Bool
    /// Nil for a set of a tier that is never pruned.
    private let decision: RetentionDecision?

    init(known: KnownSet, decision: RetentionDecision, isHeld: Bool) {
        self.known = known
        self.decision = decision
        isKept = decision.isKept || isHeld
    }

    init(manual known: KnownSet) {
        self.known = known
        decision = nil
        isKept = true
    }

    package var set: BackupSet { known.set }

    /// Why it stays or goes, made when it is asked for.
    package var reason: String {
        guard let decision else { return "manual: never pruned" }
        return isKept && !decision.isKept
            ? "would go (\(decision.reason)), but nothing is removed now" : decision.reason
    }
}

/// What pruning one folder of one database would do, or did.
package struct PruningPlan: Hashable, Sendable {
    package let folder: FilePath
    /// The wall clock by which it was made.
    package let now: Date
    /// From the newest to the oldest set.
    package let decisions: [PruningDecision]
    /// What looks like a set and does not count; never removed.
    package let problems: [BackupProblem]
    /// Why nothing is removed; nil where the rule alone decides.
    package let hold: PruningHold?
    /// What was tidied up after prunings and backups that had been stopped, in words.
    package internal(set) var notes: [String] = []
    /// The instant of the newest set in any folder.
    let newest: Date?

    init(
        folder: FilePath, now: Date, decisions: [PruningDecision], problems: [BackupProblem], hold: PruningHold?,
        newest: Date?
    ) {
        self.folder = folder
        self.now = now
        self.decisions = decisions
        self.problems = problems
        self.hold = hold
        self.newest = newest
    }

    package var kept: [PruningDecision] { decisions.filter(\.isKept) }
    package var removed: [PruningDecision] { decisions.filter { !$0.isKept } }
}
