package import Foundation
import Maintenance

/// By what rule sets are kept.
package enum RetentionRule: Hashable, Sendable {
    /// The newest set of each of the last units that have one.
    case units(CalendarUnit, keep: Int)
    /// One policy for a pool that serves all tiers.
    case policy(RetentionPolicy)
}

/// What retention needs to know of one set.
package struct RetentionCandidate: Hashable, Sendable {
    package let instant: Date
    /// Whether the set counts.
    package let isVerified: Bool
    /// Why it must stay whatever its age, or nil.
    package let protection: String?
    /// Why it does not count, where that is known.
    package let whyNot: String?

    package init(instant: Date, isVerified: Bool = true, protection: String? = nil, whyNot: String? = nil) {
        self.instant = instant
        self.isVerified = isVerified
        self.protection = protection
        self.whyNot = whyNot
    }
}

/// What is to become of one set, and why.
package struct RetentionDecision: Hashable, Sendable {
    /// Why a set is kept or removed; text is made of it only where it is shown.
    package enum Cause: Hashable, Sendable {
        case unverified(String?)
        case later(now: Date)
        /// The newest set of a unit, by number; the first to be kept has position 1.
        case newestOf(CalendarUnit, Int, position: Int, keep: Int)
        case rules([RetentionPolicy.Reason])
        case protected(String)
        /// Without it fewer sets would stay than are wanted at least.
        case floor(Int)
        /// The unit, by number, has a newer set.
        case newerIn(CalendarUnit, Int, newer: Date)
        case beyond(CalendarUnit, keep: Int)
        case noRule
    }

    /// The position of the set in what was given.
    package let index: Int
    package internal(set) var isKept: Bool
    package internal(set) var cause: Cause
    /// How many units may still keep a set after this one; of a policy, of all rules together.
    package let unitsLeft: Int
    /// The zone for instants in ``reason``.
    package let timeZone: TimeZone

    /// As in `newest of 2026-W47, 2 of 4`.
    package var reason: String {
        switch cause {
        case .unverified(let why): "not verified: neither counted nor removed" + (why.map { " (\($0))" } ?? "")
        case .later(let now): "later than the clock, which says \(text(now)): not counted"
        case .newestOf(let unit, let number, let position, let keep):
            "newest of \(unit.label(of: number)), \(position) of \(keep)"
        case .rules(let reasons): reasons.map { "\($0), \($0.left) left" }.joined(separator: "; ")
        case .protected(let why): why
        case .floor(let floor): "kept so that there are at least \(floor)"
        case .newerIn(let unit, let number, let newer): "\(unit.label(of: number)) has a newer one, of \(text(newer))"
        case .beyond(let unit, let keep):
            keep == 1
                ? "older than the newest \(unit.rawValue) that has a backup"
                : "older than the last \(keep) \(unit.rawValue)s that have a backup"
        case .noRule: "no rule keeps it"
        }
    }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: timeZone) }
}
