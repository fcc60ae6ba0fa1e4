/// Hours of some days of the week, or those days whole.
package struct WeeklyWindow: Hashable, Sendable {
    /// The days on which it begins: 0 is Monday, 6 is Sunday.
    package let days: Set<Int>
    /// Seconds from midnight, on the clock: the end may be on the next day, up to 24 hours later.
    package let hours: Range<Int>
    /// As it was written: `mon-fri 08:00-18:00`.
    package let text: String
    private let label: String

    package init(days: Set<Int>, hours: Range<Int>, text: String) {
        self.days = days
        self.hours = hours
        self.text = text
        label = "weekly \(text)"
    }

    func add(_ range: ClosedRange<Int>, _ zone: ZoneReadings, to pieces: inout BlackoutPieces) {
        // Yesterday's hours may end today.
        for day in range.lowerBound - 1...range.upperBound where days.contains(CalendarDay.weekday(of: day)) {
            let midnight = day * 86_400
            zone.forEachStretch(showing: midnight + hours.lowerBound..<midnight + hours.upperBound) {
                pieces.add($0, label)
            }
        }
    }
}
