package import Cron
package import Foundation

/// That somebody else's job is to ping at its hours: the dead-man's switch that Ronde holds for others.
package struct Expectation: Hashable, Sendable {
    package var name: String
    package var title: String
    /// Where the key is that pings prove themselves by.
    package var key: SecretSource
    package var rhythm: Rhythm
    /// How much later than expected a ping may come, and how long a run that began may take.
    package var grace: TimeSpan

    /// What `grace:` is where nothing is said.
    package static let usualGrace = TimeSpan(.seconds(30 * 60))

    /// Takes the expectation as it is.
    package init(name: String, title: String, key: SecretSource, rhythm: Rhythm, grace: TimeSpan = usualGrace) {
        self.name = name
        self.title = title
        self.key = key
        self.rhythm = rhythm
        self.grace = grace
    }
}

/// When pings are expected.
package enum Rhythm: Hashable, Sendable, CustomStringConvertible {
    /// At the firings of a schedule.
    case cron(CronExpression, TimeZone)
    /// So long after the ping before.
    case every(TimeSpan)

    /// By which another rhythm is told from this one, also across restarts: `0 2 * * * Europe/Paris`, `every 1h`.
    package var description: String {
        switch self {
        case .cron(let expression, let timeZone): "\(expression) \(timeZone.identifier)"
        case .every(let span): "every \(span)"
        }
    }

    /// The first instant later than the given one at which a ping is expected; nil where none ever is.
    package func next(after instant: Date) -> Date? {
        switch self {
        case .cron(let expression, let timeZone):
            CronSchedule(expression, timeZone: timeZone).next(after: instant)
        case .every(let span): instant.addingTimeInterval(span.seconds)
        }
    }

    /// How much too early a ping may be and still be the one that was expected then, in seconds.
    ///
    /// The clock of another machine may be ahead. Without this a ping at 01:59:58 would leave 02:00 unanswered.
    package func earliness(of expected: Date, grace: TimeSpan) -> TimeInterval {
        switch self {
        case .cron:
            let gap = next(after: expected).map { $0.timeIntervalSince(expected) } ?? .infinity
            return min(60, grace.seconds, gap / 10)
        case .every(let span): return span.seconds / 10
        }
    }
}
