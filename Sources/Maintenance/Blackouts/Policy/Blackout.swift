package import Foundation

/// A stretch of time in which a checklist does not run: all windows in it that overlap or touch, as one.
package struct Blackout: Hashable, Sendable {
    package let start: Date
    /// The first instant at which the checklist may run again.
    package let end: Date
    /// Which windows it is made of, in words: `weekly mon-fri 08:00-18:00`, `holidays.ics: Christmas Day`.
    package let label: String
    /// Whether no end was found within ``BlackoutPolicy/furthest``: then ``end`` is only how far was looked.
    package let isEndless: Bool

    package init(start: Date, end: Date, label: String, isEndless: Bool = false) {
        self.start = start
        self.end = end
        self.label = label
        self.isEndless = isEndless
    }
}

/// What becomes of a firing.
package enum Shift: Hashable, Sendable {
    /// It is in no blackout.
    case run(at: Date)
    case skipped(Blackout)
    /// It is run at another time, because of a blackout.
    case shifted(to: Date, Blackout)
}
