import Foundation

/// Whether the clock can be trusted as far as to remove backups by it.
///
/// A clock that jumps a year ahead, and the sets made meanwhile, would push real backups out of their tiers. So pruning
/// stops, until a person confirms the clock, in two cases. First: from the last pruning on (or from the first set,
/// where nothing was pruned yet) to now there are more than 90 days in which nothing was made, adopted or pruned;
/// monthly backups of which two were missed are still nearer to each other. Second: the last pruning, or a set that was
/// not there at the last pruning, is more than an hour later than now.
struct ClockRule {
    /// In seconds: 90 days.
    static let longestGap = 90 * 86_400
    /// In seconds: a clock that is put right by so much is nothing to wonder at.
    static let tolerance = 3_600.0

    let inventory: BackupInventory
    /// The folder to be pruned.
    let record: FolderRecord
    let now: Date

    /// What is wrong, or nil.
    var doubt: ClockDoubt? {
        let horizon = now.addingTimeInterval(Self.tolerance)
        if let last = record.lastPruned, last > horizon { return .ahead(last, now: now) }
        let newestKnown = record.newestSeen ?? .distantPast
        // Newest first, so that this and the next loop end early.
        if let newest = inventory.sets.first, newest.instant > horizon, newest.instant > newestKnown {
            return .ahead(newest.instant, now: now)
        }
        return gap
    }

    private var gap: ClockDoubt? {
        let prunings = inventory.records.values.compactMap(\.lastPruned)
        let adoptions = inventory.sets.lazy.compactMap(\.set.summary.adopted?.at)
        // Whoever adopts sets is there, and sees the clock.
        let anchor = (prunings + [adoptions.max()].compactMap(\.self)).filter { $0 <= now }.max()
        var later = now
        for set in inventory.sets where set.instant <= now {
            if let anchor, set.instant < anchor { break }
            if let doubt = Self.doubt(from: set.instant, to: later) { return doubt }
            later = set.instant
        }
        return anchor.flatMap { Self.doubt(from: $0, to: later) }
    }

    private static func doubt(from earlier: Date, to later: Date) -> ClockDoubt? {
        later.timeIntervalSince(earlier) > Double(longestGap) ? .gap(after: earlier, until: later) : nil
    }
}
