package import Foundation

/// What became of a firing.
package enum FiringState: String, Codable, Sendable, CaseIterable {
    /// Claimed, and its run has not ended.
    case running
    case ran
    /// Run after its hour.
    case late
    /// Left to a later firing.
    case merged
    case skipped
    /// Past the window in which it could have been run late.
    case missed
}

/// One row of the ledger: a nominal time of a checklist and what became of it.
package struct FiringRecord: Hashable, Sendable, Codable {
    package var checklist: String
    package var nominalTime: Date
    package var state: FiringState
    /// Why it was merged, skipped or missed.
    package var reason: String?
    package var run: RunIdentifier?

    package init(checklist: String, nominalTime: Date, state: FiringState, reason: String?, run: RunIdentifier?) {
        self.checklist = checklist
        self.nominalTime = nominalTime
        self.state = state
        self.reason = reason
        self.run = run
    }

    package enum CodingKeys: String, CodingKey {
        case checklist
        case nominalTime = "nominal_time"
        case state, reason, run
    }
}
