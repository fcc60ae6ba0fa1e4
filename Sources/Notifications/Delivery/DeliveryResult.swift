package import Foundation
import Maintenance
import RunStore

/// What came of one attempt to deliver a message; all words are free of secrets.
package enum DeliveryResult: Hashable, Sendable {
    case delivered(answer: String)
    /// Some recipients have it; these still have to get it.
    case partly(answer: String, remaining: [String])
    /// `isTemporary` where trying again soon may help by itself.
    case failed(reason: String, isTemporary: Bool)
}

/// How long to wait before a message is tried again.
package enum Backoff {
    /// The first wait, in seconds; each further one is twice as long.
    private static let first = 15.0
    private static let longest = 3600.0

    /// The wait after so many attempts, in seconds.
    package static func wait(afterAttempts attempts: Int, isTemporary: Bool) -> TimeInterval {
        guard isTemporary else { return longest }
        return min(first * pow(2, Double(min(max(attempts, 1), 20) - 1)), longest)
    }
}
