package import Foundation

/// How a number changes from day to day, as its samples show it.
///
/// The slope is the median of the slopes between all pairs of samples (Theil and Sen): a clean-up, or one wrong sample,
/// does not turn it around, as it would a line of least squares.
package struct Trend: Hashable, Sendable {
    /// By how much the number grows in a day; negative where it shrinks.
    package let perDay: Double
    /// The newest sample, from which a date is told.
    private let newest: Sample

    /// In seconds: what is seen over a shorter time says nothing of days.
    private static let shortest: TimeInterval = 86_400
    private static let fewest = 3
    /// A date beyond this many days is none that anybody plans for.
    private static let horizon: Double = 10 * 365

    /// - Returns: nil where there are fewer than three samples, or less than a day lies between the first and the last.
    package init?(_ samples: [Sample]) {
        let sorted = samples.filter(\.value.isFinite).sorted { $0.at < $1.at }
        guard sorted.count >= Self.fewest, let first = sorted.first, let last = sorted.last,
            last.at.timeIntervalSince(first.at) >= Self.shortest
        else { return nil }
        var slopes: [Double] = []
        slopes.reserveCapacity(sorted.count * (sorted.count - 1) / 2)
        for (index, later) in sorted.enumerated() {
            for earlier in sorted[..<index] where later.at > earlier.at {
                slopes.append((later.value - earlier.value) / (later.at.timeIntervalSince(earlier.at) / 86_400))
            }
        }
        slopes.sort()
        let middle = slopes.count / 2
        perDay = slopes.count.isMultiple(of: 2) ? (slopes[middle - 1] + slopes[middle]) / 2 : slopes[middle]
        newest = last
    }

    /// When the number reaches a limit that it has not reached yet, if it goes on like this.
    ///
    /// - Returns: nil where it does not move towards the limit, or only in more than ten years.
    package func reaches(_ limit: Double) -> Date? {
        let way = limit - newest.value
        guard way != 0, perDay != 0, (way > 0) == (perDay > 0) else { return nil }
        let days = way / perDay
        guard days <= Self.horizon else { return nil }
        return newest.at.addingTimeInterval(days * 86_400)
    }
}
