package import Foundation
import Maintenance

/// What retention needs to know of one set.
package struct RetentionCandidate: Hashable, Sendable {
    package let instant: Date
    /// Whether the set counts.
    package let isVerified: Bool
    /// Why it must stay whatever its age, or nil.
    package let protection: String?

    package init(instant: Date, isVerified: Bool = true, protection: String? = nil) {
        self.instant = instant
        self.isVerified = isVerified
        self.protection = protection
    }
}

/// What is to become of one set, and why.
package struct RetentionDecision: Hashable, Sendable {
    /// The position of the set in what was given.
    package let index: Int
    package let isKept: Bool
    /// As in `newest of 2026-W47, 2 of 4`.
    package let reason: String
    /// How many units may still keep a set after this one.
    package let unitsLeft: Int
}

/// Which sets of a tier are kept: the newest verified one of each of the last units that have one.
package enum Retention {
    /// Decides about every set; a pure function.
    ///
    /// Units without a set consume nothing, so an outage costs no backup. What is not verified neither counts nor goes.
    /// A set later than `now` (the clock was stepped back) stays and takes no unit from those before. The newest
    /// verified set always stays.
    ///
    /// - Parameters:
    ///   - candidates: the sets of one tier of one database, in any order.
    ///   - unit: what each keeps one set.
    ///   - keep: how many units keep a set.
    ///   - timeZone: where the units begin.
    ///   - now: the wall clock.
    /// - Returns: decisions from the newest to the oldest set; of two at one instant the later given is the newer.
    /// - Throws: ``BackupError/keepsNothing(_:)``.
    package static func plan(
        _ candidates: [RetentionCandidate], unit: CalendarUnit, keep: Int, timeZone: TimeZone, now: Date
    ) throws(BackupError) -> [RetentionDecision] {
        guard keep >= 1 else { throw .keepsNothing(keep) }
        var newestOfUnit: [String: Date] = [:]
        var decisions: [RetentionDecision] = []
        let newestFirst = candidates.indices.sorted {
            (candidates[$0].instant, $0) > (candidates[$1].instant, $1)
        }
        for index in newestFirst {
            let candidate = candidates[index]
            func decide(_ isKept: Bool, _ reason: String) {
                decisions.append(
                    RetentionDecision(
                        index: index, isKept: isKept, reason: reason, unitsLeft: keep - newestOfUnit.count))
            }
            guard candidate.isVerified else {
                decide(true, "not verified: neither counted nor removed")
                continue
            }
            guard candidate.instant <= now else {
                decide(true, "later than the clock, which says \(InstantText.format(now, in: timeZone)): not counted")
                continue
            }
            let label = unit.label(of: candidate.instant, in: timeZone)
            if let newer = newestOfUnit[label] {
                let reason = "\(label) has a newer one, of \(InstantText.format(newer, in: timeZone))"
                decide(candidate.protection != nil, candidate.protection ?? reason)
            } else if newestOfUnit.count < keep {
                newestOfUnit[label] = candidate.instant
                decide(true, "newest of \(label), \(newestOfUnit.count) of \(keep)")
            } else {
                let reason = "older than the last \(keep) \(unit.rawValue)s that have a backup"
                decide(
                    candidate.protection != nil,
                    candidate.protection
                        ?? (keep == 1 ? "older than the newest \(unit.rawValue) that has a backup" : reason))
            }
        }
        return decisions
    }
}
