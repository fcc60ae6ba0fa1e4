package import Foundation

/// What the rules of history need to know of one run.
package struct PastRun: Hashable, Sendable {
    package let run: RunIdentifier
    package let checklist: String
    package let startedAt: Date
    /// The room that its report takes; 0 where that is not known.
    package let bytes: Int
    /// Nil while it runs.
    package let outcome: Outcome?
    package let isDryRun: Bool
    /// Why it must stay whatever the rules say, as for a signed report; nil where nothing holds it.
    package let protection: String?

    package init(
        run: RunIdentifier, checklist: String, startedAt: Date, bytes: Int, outcome: Outcome?, isDryRun: Bool = false,
        protection: String? = nil
    ) {
        self.run = run
        self.checklist = checklist
        self.startedAt = startedAt
        self.bytes = bytes
        self.outcome = outcome
        self.isDryRun = isDryRun
        self.protection = protection
    }

    package var hasEnded: Bool { outcome != nil }
    /// Whether it did what it was to do: a dry run did nothing.
    package var isSuccess: Bool { !isDryRun && (outcome == .ok || outcome == .warning) }
    package var isFailure: Bool { outcome == .critical || outcome == .unknown }
    /// Its place in the order of runs.
    package var position: RunPosition { RunPosition(startedAt: startedAt, run: run) }
}

/// A place in the order of runs: by their start and, of those that began at one instant, by their name.
package struct RunPosition: Hashable, Sendable, Comparable {
    package let startedAt: Date
    package let run: RunIdentifier

    package init(startedAt: Date, run: RunIdentifier) {
        self.startedAt = startedAt
        self.run = run
    }

    package static func < (left: RunPosition, right: RunPosition) -> Bool {
        // Names are ASCII: the order is that of their bytes, as in SQLite.
        (left.startedAt, left.run.rawValue) < (right.startedAt, right.run.rawValue)
    }
}
