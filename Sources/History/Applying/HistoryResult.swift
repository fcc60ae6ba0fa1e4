package import Foundation

/// What came of applying the rules of history.
package enum HistoryOutcome: Sendable {
    case applied(HistoryResult)
    /// They were applied less than a day ago, and the state database is not too large.
    case notDue
    /// Another process applies them; with what it says of itself.
    case busy(String?)
}

/// What was removed, and what there is left.
package struct HistoryResult: Hashable, Sendable {
    package internal(set) var removedRuns: [RemovalReason: Int] = [:]
    /// The room that the reports of these took.
    package internal(set) var removedBytes = 0
    package internal(set) var removedFirings = 0
    /// Runs entered of which only the reports were left.
    package internal(set) var adoptedRuns = 0
    /// What could not be done, in words.
    package internal(set) var problems: [String] = []
    /// How far the clock by which age is measured is behind the wall's, in seconds.
    package internal(set) var lag: TimeInterval = 0
    /// Whether all was done; false where it was told to stop.
    package internal(set) var isWhole = true
    /// The size of the state database afterwards, and what of it holds nothing.
    package internal(set) var stateBytes = 0
    package internal(set) var freeBytes = 0

    package var removedRunCount: Int { removedRuns.values.reduce(0, +) }
}
