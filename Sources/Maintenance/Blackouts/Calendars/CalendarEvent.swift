package import Foundation

/// An event of a calendar, with all its occurrences.
package struct CalendarEvent: Hashable, Sendable {
    /// Whose clocks show the event's times.
    package enum Clock: Hashable, Sendable {
        /// Those of the schedule that asks: a whole day, or a time without a zone.
        case schedule
        case zone(TimeZone)
    }

    /// What messages call it: `holidays.ics: Christmas Day`.
    package var label: String
    package var clock: Clock
    /// What the clock shows when the first occurrence begins, in seconds since 1970 as if it showed UTC.
    package var start: Int
    /// How long it lasts: so many days on the clock, and then so many seconds of time.
    package var days: Int, seconds: Int
    /// Nil for an event that happens once.
    package var recurrence: Recurrence?
    /// The day numbers of occurrences that are left out.
    package var excluded: Set<Int> = []

    package init(label: String, clock: Clock, start: Int, days: Int, seconds: Int) {
        self.label = label
        self.clock = clock
        self.start = start
        self.days = days
        self.seconds = seconds
    }

    var firstDay: Int { start.floored(by: 86_400) }

    /// How many days after its first an occurrence can still touch.
    var reach: Int { days + (seconds + start.modulo(86_400)) / 86_400 + 1 }

    /// Whether an occurrence begins on a day, given by its number and its date.
    func begins(on day: Int, _ date: CalendarDay) -> Bool {
        guard let recurrence else { return day == firstDay }
        return recurrence.contains(day, date) && !excluded.contains(day)
    }

    /// Adds the occurrence that begins on a day, if there is one.
    func add(on day: Int, _ zone: ZoneReadings, to pieces: inout BlackoutPieces) {
        let reading = day * 86_400 + start.modulo(86_400)
        switch clock {
        case .schedule:
            zone.forEachStretch(showing: reading..<reading + days * 86_400 + seconds) { pieces.add($0, label) }
        case .zone(let own):
            let readings = ZoneReadings.shared(for: own)
            let start = readings.instant(of: reading)
            let end = readings.instant(of: reading + days * 86_400) + seconds
            if start < end { pieces.add(start..<end, label) }
        }
    }
}
