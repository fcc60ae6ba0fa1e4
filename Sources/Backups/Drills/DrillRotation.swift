package import Foundation
import SystemPackage

/// Which sets are drilled now: the newest every time, and the others in turn.
///
/// If a drill is held at least once each `interval`, there is no limit, and no drill fails, then at every moment each
/// set was proven within the last `every` + `interval`. With a limit of `m` a run, `n` sets take their turn within
/// `n / (m - 1)` runs, rounded up.
package struct DrillRotation: Hashable, Sendable {
    /// In seconds: how old a proof may become before it is due.
    package let every: TimeInterval
    /// The most sets of one run, the newest among them; nil for as many as are due.
    package let atMost: Int?

    /// - Parameters:
    ///   - every: how old a proof may become before it is due.
    ///   - atMost: the most sets of one run; fewer than 2 count as 2, or the others would never have their turn.
    package init(every: Duration, atMost: Int? = nil) {
        self.every = Double(every.components.seconds) + Double(every.components.attoseconds) / 1e18
        self.atMost = atMost.map { max($0, 2) }
    }

    /// How old a proof may be before it is told of: the sets that are due wait for the next run.
    package var patience: TimeInterval { every * 1.25 }

    /// The sets to drill now: the newest that counts first, then what was not tried for longest.
    ///
    /// All that is due is chosen, and at least one set besides the newest.
    package func choose(from targets: [DrillTarget], now: Date) -> [DrillTarget] {
        let sorted = targets.sorted { Self.isBefore($0, $1) }
        let counting = sorted.filter(\.counts)
        guard let newest = (counting.isEmpty ? sorted : counting).max(by: Self.isOlder) else { return [] }
        let others = sorted.filter { $0 != newest }
        let due = others.prefix { now.timeIntervalSince($0.triedAt) >= every }
        let count = min(max(due.count, 1), (atMost ?? .max) - 1)
        return [newest] + others.prefix(count)
    }

    /// The same order every time, whatever order the folders were read in.
    private static func isBefore(_ left: DrillTarget, _ right: DrillTarget) -> Bool {
        if left.triedAt != right.triedAt { return left.triedAt < right.triedAt }
        return isOlder(left, right)
    }

    private static func isOlder(_ left: DrillTarget, _ right: DrillTarget) -> Bool {
        (left.instant, left.known.set.manifestPath.string) < (right.instant, right.known.set.manifestPath.string)
    }
}
