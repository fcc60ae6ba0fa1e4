package import Foundation

/// What a rule may be about.
package enum NoticeEvent: String, Hashable, Sendable, Codable, CaseIterable {
    /// Runs of a checklist begin to fail.
    case failure
    /// Runs that fail do so with another outcome than before.
    case change
    /// What was told of is over.
    case recovery
    /// A firing was missed for good.
    case missed
    /// A firing was skipped because the run before it had not ended.
    case skipped
    /// An expected ping from outside did not come, or said that its job failed.
    case overdue
    /// The configuration became faulty while the daemon runs.
    case configuration
}

/// Which alerts are told to whom, how soon and how often.
package struct NoticeRule: Hashable, Sendable {
    package var name: String
    package var events: Set<NoticeEvent>
    /// Only alerts of these checklists; nil for all, and for those that are of no checklist.
    package var checklists: [String]?
    /// Only these tasks count; nil for all.
    package var tasks: [String]?
    /// With which outcomes a run counts as failed.
    package var outcomes: Set<Outcome>
    /// The channels; nil for all.
    package var channels: [String]?
    /// How many runs fail in a row before the first notice, at least 1.
    package var after: Int
    /// How often an alert that goes on is told again, until it is over or acknowledged; nil for never.
    package var repeats: TimeSpan?
    package var quiet: QuietHours?

    package init(
        name: String, events: Set<NoticeEvent> = usualEvents, checklists: [String]? = nil,
        tasks: [String]? = nil, outcomes: Set<Outcome> = usualOutcomes, channels: [String]? = nil, after: Int = 1,
        repeats: TimeSpan? = usualRepeat, quiet: QuietHours? = nil
    ) {
        self.name = name
        self.events = events
        self.checklists = checklists
        self.tasks = tasks
        self.outcomes = outcomes
        self.channels = channels
        self.after = after
        self.repeats = repeats
        self.quiet = quiet
    }

    /// All but skipped firings, which an `overlap:` of the schedule wants so.
    package static let usualEvents = Set(NoticeEvent.allCases).subtracting([.skipped])
    package static let usualOutcomes: Set<Outcome> = [.warning, .critical, .unknown]
    package static let usualRepeat = TimeSpan(.seconds(86_400))

    /// The rule of an instance that has channels and says nothing of rules.
    package static let usual = NoticeRule(name: "all")
}

/// Hours of each day in which people are not disturbed: what comes then is held and told afterwards.
package struct QuietHours: Hashable, Sendable {
    /// Minutes after midnight, 0 to 1439; the hours may run past midnight.
    package var start: Int
    /// The first minute that is quiet no more, 0 to 1439; another than ``start``.
    package var end: Int
    /// On whose clocks.
    package var timeZone: TimeZone
    /// Outcomes that are told all the same, and so is the end of such an alert.
    package var except: Set<Outcome>

    package init(start: Int, end: Int, timeZone: TimeZone, except: Set<Outcome> = []) {
        self.start = start
        self.end = end
        self.timeZone = timeZone
        self.except = except
    }

    /// Whether the clocks show a quiet hour at an instant.
    package func contains(_ instant: Date) -> Bool {
        let minute = self.minute(of: instant)
        return start <= end ? (start..<end).contains(minute) : minute >= start || minute < end
    }

    /// The first instant, on a whole minute, at which the hours that an instant lies in are over; the instant itself
    /// where it lies in none.
    ///
    /// Minute by minute: so it holds when clocks change in between.
    package func end(after instant: Date) -> Date {
        guard contains(instant) else { return instant }
        var next = Date(timeIntervalSince1970: (instant.timeIntervalSince1970 / 60).rounded(.down) * 60 + 60)
        // A day that clocks make longer has 25 hours at most.
        for _ in 0..<(26 * 60) where contains(next) { next.addTimeInterval(60) }
        return next
    }

    private func minute(of instant: Date) -> Int {
        let seconds = min(max(instant.timeIntervalSince1970, -1e11), 1e11).rounded(.down)
        let local = Int(seconds) + timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds))
        return (local % 86_400 + 86_400) % 86_400 / 60
    }
}
