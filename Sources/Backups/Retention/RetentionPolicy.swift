package import Foundation

/// How many sets to keep of one pool that serves all tiers.
///
/// Kept are the newest ones, and the newest of the last hours, days, weeks, months and years that have one. 0 switches a
/// rule off.
/// The rule is that of `restic forget` since 0.16 (internal/data/snapshot_policy.go): rules are independent, one set may
/// serve several, and the oldest set also stays for every rule that still has buckets left, so that a short history can
/// grow. Unlike there, buckets are read off the clock of one zone, not off the offset that each set was written with.
package struct RetentionPolicy: Hashable, Sendable {
    package var last: Int
    package var hourly: Int
    package var daily: Int
    package var weekly: Int
    package var monthly: Int
    package var yearly: Int

    package init(
        last: Int = 0, hourly: Int = 0, daily: Int = 0, weekly: Int = 0, monthly: Int = 0, yearly: Int = 0
    ) {
        self.last = last
        self.hourly = hourly
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
        self.yearly = yearly
    }

    /// How many buckets all rules have together.
    var total: Int { activeRules.reduce(0) { $0 + min($1.left, 1 << 32) } }

    /// Why a set is kept.
    package struct Reason: Hashable, Sendable, CustomStringConvertible {
        /// `last`, `hourly`, `daily`, `weekly`, `monthly` or `yearly`.
        package let rule: String
        /// Whether it is kept only as the oldest one, for a rule with buckets left.
        package let isOldest: Bool
        /// How many buckets the rule has left after this set.
        package let left: Int

        package var description: String { isOldest ? "oldest \(rule)" : rule }
    }

    /// What becomes of one set: kept if there is a reason.
    package struct Decision: Hashable, Sendable {
        /// The position of the set in what was given.
        package let index: Int
        package let reasons: [Reason]

        package var isKept: Bool { !reasons.isEmpty }
    }

    /// Decides about every set, from the newest to the oldest; a pure function, in which the time of day plays no part.
    ///
    /// - Throws: ``BackupError/keepsNothing(_:)`` when no rule has a positive count: that would remove everything.
    package func decide(_ instants: [Date], timeZone: TimeZone) throws(BackupError) -> [Decision] {
        var rules = activeRules
        guard !rules.isEmpty else { throw .keepsNothing(0) }
        // Of two at one instant the later given is the newer, so that the order is the same every time.
        let newestFirst = instants.indices.sorted { (instants[$0], $0) > (instants[$1], $1) }
        return newestFirst.enumerated().map { position, index in
            var reasons: [Reason] = []
            let instant = LocalInstant(instants[index], in: timeZone)
            for rule in rules.indices where rules[rule].left > 0 {
                let bucket = rules[rule].unit?.number(of: instant) ?? position
                let isNew = bucket != rules[rule].filled
                guard isNew || position == instants.count - 1 else { continue }
                rules[rule].left -= 1
                rules[rule].filled = bucket
                reasons.append(Reason(rule: rules[rule].name, isOldest: !isNew, left: rules[rule].left))
            }
            return Decision(index: index, reasons: reasons)
        }
    }

    private struct Rule {
        let name: String
        /// Nil for the rule that counts sets.
        let unit: CalendarUnit?
        var left: Int
        /// The bucket that a set was kept for last.
        var filled: Int?
    }

    private var activeRules: [Rule] {
        let all = [
            Rule(name: "last", unit: nil, left: last), Rule(name: "hourly", unit: .hour, left: hourly),
            Rule(name: "daily", unit: .day, left: daily), Rule(name: "weekly", unit: .week, left: weekly),
            Rule(name: "monthly", unit: .month, left: monthly), Rule(name: "yearly", unit: .year, left: yearly),
        ]
        return all.filter { $0.left > 0 }
    }
}
