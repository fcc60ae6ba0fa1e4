package import Foundation

/// That an expectation's state became one that people should know of.
package struct ExpectationEvent: Hashable, Sendable {
    package enum Kind: String, Sendable, Codable {
        /// No ping came in time, or a run did not end in time.
        case overdue
        /// The job said that it failed.
        case failed
        /// No ping was heard, and Ronde was away when it may have come.
        case unheard
        /// Pings come again after one of the others.
        case back
    }

    package var kind: Kind
    package var status: ExpectationStatus
    /// Since when it has been so; for ``Kind/back``, since when it had not been well.
    package var since: Date
    /// When it was found.
    package var at: Date

    /// What is reported of an expectation: the state that people know, and since when they do.
    package struct Reported: Hashable, Sendable {
        package var state: ExpectationState
        package var at: Date

        /// Takes what was reported as it is.
        package init(state: ExpectationState, at: Date) {
            self.state = state
            self.at = at
        }
    }

    /// The event between what was reported and how it stands; nil where people know already.
    ///
    /// An expectation that was in trouble is back only with a success, not because it begins to run or is late.
    package init?(after reported: Reported, _ status: ExpectationStatus, now: Date) {
        let kind: Kind
        switch status.state {
        case .down: kind = .overdue
        case .failed: kind = .failed
        case .unheard: kind = .unheard
        case .new, .up, .started, .late: kind = .back
        }
        switch kind {
        case .overdue, .failed:
            guard reported.state != status.state else { return nil }
        case .unheard:
            // Doubt is less than what is known already.
            guard reported.state.isWell else { return nil }
        case .back:
            guard !reported.state.isWell, let success = status.lastSuccess, success >= reported.at else { return nil }
        }
        self.kind = kind
        self.status = status
        self.at = now
        since = kind == .back ? reported.at : status.since ?? now
    }

    /// What is reported from here on.
    package var reported: Reported {
        Reported(state: kind == .back ? .up : status.state, at: kind == .back ? at : since)
    }
}
