package import Foundation

/// That a checklist's firings are skipped for a while, because a person said so.
package struct PauseRecord: Hashable, Sendable {
    package var checklist: String
    /// Why, in the words of who paused it.
    package var reason: String
    package var since: Date
    /// When it ends by itself; nil for until it is resumed.
    package var until: Date?
    /// When it was resumed; nil while it was not.
    package var resumedAt: Date?

    package init(checklist: String, reason: String, since: Date, until: Date? = nil, resumedAt: Date? = nil) {
        self.checklist = checklist
        self.reason = reason
        self.since = since
        self.until = until
        self.resumedAt = resumedAt
    }

    /// Whether firings of this instant are skipped; the end itself is no part of the pause.
    package func covers(_ instant: Date) -> Bool {
        since <= instant && until.map { instant < $0 } ?? true && resumedAt.map { instant < $0 } ?? true
    }
}
