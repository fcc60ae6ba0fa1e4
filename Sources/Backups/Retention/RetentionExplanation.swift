package import Foundation
import Maintenance

/// What a policy does with some instants, as `ronde retention explain --json` prints it.
///
/// `{"keep":[{"index":0,"instant":"…","reasons":["daily","oldest weekly"]}],"remove":[{"index":4,"instant":"…"}]}`
package struct RetentionExplanation: Hashable, Sendable, Codable {
    package struct Kept: Hashable, Sendable, Codable {
        /// The position of the instant in what was given.
        package let index: Int
        /// ISO 8601 with the offset of the zone.
        package let instant: String
        package let reasons: [String]
    }

    package struct Removed: Hashable, Sendable, Codable {
        /// The position of the instant in what was given.
        package let index: Int
        /// ISO 8601 with the offset of the zone.
        package let instant: String
    }

    /// By index.
    package let keep: [Kept]
    /// By index.
    package let remove: [Removed]
}

extension RetentionPolicy {
    /// Says what the policy does with sets of these instants, all of which count.
    ///
    /// - Throws: ``BackupError/keepsNothing(_:)``.
    package func explain(_ instants: [Date], timeZone: TimeZone) throws(BackupError) -> RetentionExplanation {
        let decisions = try decide(instants, timeZone: timeZone).sorted { $0.index < $1.index }
        func text(_ decision: Decision) -> String {
            let instant = instants[decision.index]
            let isWhole = instant.timeIntervalSince1970.truncatingRemainder(dividingBy: 1) == 0
            return InstantText.format(instant, in: timeZone, milliseconds: !isWhole)
        }
        return RetentionExplanation(
            keep: decisions.filter(\.isKept).map {
                .init(index: $0.index, instant: text($0), reasons: $0.reasons.map(\.description))
            },
            remove: decisions.filter { !$0.isKept }.map { .init(index: $0.index, instant: text($0)) })
    }
}
