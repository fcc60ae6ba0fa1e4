package import Foundation

/// How an expectation stands.
package enum ExpectationState: String, Sendable, Codable, CaseIterable {
    /// No ping has come yet, and none was due.
    case new
    /// The last ping came in time.
    case up
    /// A run of the job began and may still end in time.
    case started
    /// A ping is expected and may still come in time.
    case late
    /// No ping came, but one that came could not have been heard: Ronde was away.
    case unheard
    /// The job said that it failed.
    case failed
    /// No ping came.
    case down

    /// Whether something is known to be wrong.
    package var isTrouble: Bool { self == .down || self == .failed }

    /// Whether nothing is wrong, as far as it can be known.
    package var isWell: Bool { !isTrouble && self != .unheard }
}

/// How an expectation stands at an instant, and why.
package struct ExpectationStatus: Hashable, Sendable {
    package var name: String
    package var title: String
    package var state: ExpectationState
    /// The last ping of any kind.
    package var lastPing: Date?
    package var lastSuccess: Date?
    /// The ping that the state is about: the one that is missing, or the next one.
    package var expectedAt: Date?
    /// Until when it may come.
    package var deadline: Date?
    /// Since when the state is so; nil where that says nothing.
    package var since: Date?
    /// When the run began that has not ended.
    package var startedAt: Date?
    /// The exit status that a failure gave.
    package var exitStatus: Int?
    /// When Ronde was away so that a ping may be lost.
    package var absence: DateInterval?
    /// When the state may change without a ping; nil for never.
    package var nextLook: Date?

    /// A status of which nothing else is known yet.
    package init(name: String, title: String, state: ExpectationState, lastPing: Date? = nil) {
        self.name = name
        self.title = title
        self.state = state
        self.lastPing = lastPing
    }

    /// The state in a sentence without a stop, with instants in a zone.
    package func sentence(in timeZone: TimeZone) -> String {
        func at(_ date: Date?) -> String { date.map { InstantText.format($0, in: timeZone) } ?? "never" }
        let last = lastPing.map { "the last one came at \(at($0))" } ?? "none has ever come"
        switch state {
        case .new: return "no ping yet; the first is expected at \(at(expectedAt))"
        case .up: return "the last ping came at \(at(lastPing)); the next is expected at \(at(expectedAt))"
        case .started: return "it began at \(at(startedAt)) and may run until \(at(deadline))"
        case .late: return "a ping was expected at \(at(expectedAt)) and may still come until \(at(deadline)); \(last)"
        case .failed:
            return "it reported a failure at \(at(since))" + (exitStatus.map { ", with exit status \($0)" } ?? "")
        case .down where startedAt != nil:
            return "it began at \(at(startedAt)) and had not ended at \(at(deadline))"
        case .down: return "no ping came from \(at(expectedAt)) to \(at(deadline)); \(last)"
        case .unheard:
            let what = startedAt.map { "it began at \(at($0)), and no end was heard" }
            return (what ?? "no ping was heard; \(last)")
                + "; Ronde was not listening from \(at(absence?.start)) to \(at(absence?.end)) and may have missed it"
        }
    }
}
