package import Foundation

/// When Ronde could hear pings, as far as it is known.
package struct ListeningRecord: Hashable, Sendable {
    /// A time in which the endpoint was open without a break.
    package struct Span: Hashable, Sendable {
        package var since: Date
        /// The last instant at which it was seen open.
        package var until: Date

        /// Takes the span as it is.
        package init(since: Date, until: Date) {
            self.since = since
            self.until = until
        }
    }

    /// How long after it was last seen open the endpoint still counts as open, in seconds.
    ///
    /// It is noted every half minute; a clock that was stepped, or a suspend, shows as a longer gap.
    package static let patience: TimeInterval = 90

    private let spans: [Span]

    /// - Parameters:
    ///   - spans: in any order.
    ///   - now: the newest span, if it was seen open shortly before, goes on until now.
    package init(_ spans: [Span], now: Date) {
        var past = spans.filter { $0.since <= now }.sorted { $0.since < $1.since }
        if let newest = past.last, now.timeIntervalSince(newest.until) <= Self.patience {
            past[past.count - 1].until = max(newest.until, now)
        }
        self.spans = past
    }

    /// Whether the endpoint is open now.
    package func isListening(at now: Date) -> Bool { spans.contains { $0.since <= now && now <= $0.until } }

    /// The times from an instant to another, both included, in which nothing could be heard, oldest first.
    package func absences(from start: Date, to end: Date) -> [DateInterval] {
        var absences: [DateInterval] = []
        var heard = start
        for span in spans where span.until >= heard {
            guard span.since <= end else { break }
            if span.since > heard { absences.append(DateInterval(start: heard, end: span.since)) }
            heard = max(heard, span.until)
        }
        if heard < end { absences.append(DateInterval(start: heard, end: end)) }
        return absences
    }
}
