package import Foundation

/// Which sets of a tier or a pool are kept.
package enum Retention {
    /// Decides about every set of a tier: kept is the newest verified one of each of the last units that have one.
    ///
    /// The same as ``plan(_:rule:keepAtLeast:timeZone:now:)`` with ``RetentionRule/units(_:keep:)``.
    ///
    /// - Throws: ``BackupError/keepsNothing(_:)``.
    package static func plan(
        _ candidates: [RetentionCandidate], unit: CalendarUnit, keep: Int, keepAtLeast: Int = 0, timeZone: TimeZone,
        now: Date
    ) throws(BackupError) -> [RetentionDecision] {
        try plan(
            candidates, rule: .units(unit, keep: keep), keepAtLeast: keepAtLeast, timeZone: timeZone, now: now)
    }

    /// Decides about every set; a pure function.
    ///
    /// Units without a set consume nothing, so an outage costs no backup. What is not verified neither counts nor goes.
    /// A set later than `now` (the clock was stepped back) stays and takes no unit from those before. The newest
    /// verified set always stays.
    ///
    /// - Parameters:
    ///   - candidates: the sets of one tier or pool of one database, in any order.
    ///   - rule: which of them are kept.
    ///   - keepAtLeast: how many verified sets stay whatever the rule says, the newest of those that would go.
    ///   - timeZone: where units of the calendar begin.
    ///   - now: the wall clock.
    /// - Returns: decisions from the newest to the oldest set; of two at one instant the later given is the newer.
    /// - Throws: ``BackupError/keepsNothing(_:)``.
    package static func plan(
        _ candidates: [RetentionCandidate], rule: RetentionRule, keepAtLeast: Int = 0, timeZone: TimeZone, now: Date
    ) throws(BackupError) -> [RetentionDecision] {
        var ruling = try Ruling(candidates, rule, timeZone, now)
        let newestFirst = candidates.indices.sorted {
            (candidates[$0].instant, $0) > (candidates[$1].instant, $1)
        }
        var decisions = newestFirst.map { index in
            let candidate = candidates[index]
            var (isKept, cause) = ruling.decide(index, candidate, now)
            if !isKept, let protection = candidate.protection { (isKept, cause) = (true, .protected(protection)) }
            return RetentionDecision(
                index: index, isKept: isKept, cause: cause, unitsLeft: ruling.left, timeZone: timeZone)
        }
        raise(&decisions, to: keepAtLeast)
        return decisions
    }

    /// Keeps further sets, from the newest on, until there are enough.
    private static func raise(_ decisions: inout [RetentionDecision], to floor: Int) {
        var count = decisions.count { $0.isKept && $0.cause.isCounted }
        for position in decisions.indices where count < floor && !decisions[position].isKept {
            decisions[position].isKept = true
            decisions[position].cause = .floor(floor)
            count += 1
        }
    }
}

extension RetentionDecision.Cause {
    /// Whether it is said of a set that counts now.
    fileprivate var isCounted: Bool {
        switch self {
        case .unverified, .later: false
        default: true
        }
    }
}

/// A rule while it goes through the sets, from the newest to the oldest.
private struct Ruling {
    private enum State {
        case units(CalendarUnit, keep: Int, newest: [Int: Date])
        case policy([Int: RetentionPolicy.Decision], left: Int)
    }

    private var state: State
    private let timeZone: TimeZone

    init(
        _ candidates: [RetentionCandidate], _ rule: RetentionRule, _ timeZone: TimeZone, _ now: Date
    ) throws(BackupError) {
        self.timeZone = timeZone
        switch rule {
        case .units(let unit, let keep):
            guard keep >= 1 else { throw .keepsNothing(keep) }
            state = .units(unit, keep: keep, newest: [:])
        case .policy(let policy):
            let counted = candidates.indices.filter { candidates[$0].isVerified && candidates[$0].instant <= now }
            let decisions = try policy.decide(counted.map { candidates[$0].instant }, timeZone: timeZone)
            state = .policy(
                Dictionary(uniqueKeysWithValues: decisions.map { (counted[$0.index], $0) }), left: policy.total)
        }
    }

    var left: Int {
        switch state {
        case .units(_, let keep, let newest): keep - newest.count
        case .policy(_, let left): left
        }
    }

    mutating func decide(
        _ index: Int, _ candidate: RetentionCandidate, _ now: Date
    ) -> (isKept: Bool, RetentionDecision.Cause) {
        guard candidate.isVerified else { return (true, .unverified(candidate.whyNot)) }
        guard candidate.instant <= now else { return (true, .later(now: now)) }
        switch state {
        case .policy(let decisions, let left):
            let reasons = decisions[index]?.reasons ?? []
            guard !reasons.isEmpty else { return (false, .noRule) }
            state = .policy(decisions, left: left - reasons.count)
            return (true, .rules(reasons))
        case .units(let unit, let keep, var newest):
            let number = unit.number(of: LocalInstant(candidate.instant, in: timeZone))
            if let newer = newest[number] { return (false, .newerIn(unit, number, newer: newer)) }
            guard newest.count < keep else { return (false, .beyond(unit, keep: keep)) }
            newest[number] = candidate.instant
            state = .units(unit, keep: keep, newest: newest)
            return (true, .newestOf(unit, number, position: newest.count, keep: keep))
        }
    }
}
