package import Foundation
import Maintenance
package import SystemPackage

/// Why nothing may be pruned now, and what there is to fall back on.
package struct PruningHold: Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        /// A copy that failed its verification is newer than every verified set.
        case quarantined(QuarantinedCopy)
        /// A set looks suspicious beside the one before it, and nobody has accepted that.
        case anomaly(KnownSet)
        /// It is not known what is pinned.
        case damagedRecord(FilePath)
        /// The clock seems to have jumped.
        case clock(ClockDoubt)
    }

    package let reason: Reason
    /// A file of the newest verified set; nil if there is none.
    package let lastGood: FilePath?

    package init(reason: Reason, lastGood: FilePath?) {
        self.reason = reason
        self.lastGood = lastGood
    }

    package var description: String {
        let last = lastGood.map { "The last verified backup is '\($0)'." } ?? "There is no verified backup."
        return "nothing is removed: \(cause). \(last)"
    }

    private var cause: String {
        switch reason {
        case .quarantined(let copy):
            "the last copy is in quarantine as '\(copy.path)' (\(copy.reason)), and no verified backup is newer;"
                + " see to the database first"
        case .anomaly(let known):
            "'\(known.set.name)' is suspicious: \(known.whyNot ?? "");"
                + " look into it, then accept it (ronde backups accept \(known.set.name))"
        case .damagedRecord(let path):
            "'\(path)' is damaged, and so it is not known which sets are pinned; mend or remove that file"
        case .clock(let doubt): "\(doubt)"
        }
    }
}

/// What makes the clock look wrong.
package enum ClockDoubt: Hashable, Sendable, CustomStringConvertible {
    /// Between two things that happened one after the other, or between the last one and now, there is a long gap.
    case gap(after: Date, until: Date)
    /// Something happened later than now.
    case ahead(Date, now: Date)

    package var description: String {
        let advice = "if the clock is right, say so (ronde backups prune --confirm-clock)"
        return switch self {
        case .gap(let before, let after):
            "nothing was backed up or pruned between \(Self.text(before)) and \(Self.text(after)), more than"
                + " \(ClockRule.longestGap / 86_400) days: the clock may have jumped; \(advice)"
        case .ahead(let later, let now):
            "the clock says \(Self.text(now)), but there is a backup or a pruning of \(Self.text(later)); \(advice)"
        }
    }

    private static func text(_ instant: Date) -> String { InstantText.format(instant, in: .gmt) }
}
