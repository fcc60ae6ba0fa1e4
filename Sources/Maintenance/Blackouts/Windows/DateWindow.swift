/// Whole days, from one date to another, of one year or of every year.
package struct DateWindow: Hashable, Sendable {
    /// A date of every year; 29 February is none in most of them.
    package struct YearlyDate: Hashable, Sendable {
        package let month: Int, day: Int

        package init(month: Int, day: Int) {
            self.month = month
            self.day = day
        }

        /// The number of the day, or of the day after where the year has no 29 February.
        fileprivate func number(in year: Int) -> Int? {
            let date = CalendarDay(year: year, month: month, day: day)
            return (date ?? CalendarDay(year: year, month: 3, day: 1))?.number
        }

        /// The number of the day after.
        fileprivate func end(in year: Int) -> Int? {
            let isThere = CalendarDay(year: year, month: month, day: day) != nil
            return number(in: year).map { isThere ? $0 + 1 : $0 }
        }
    }

    /// Which days those are.
    package enum Days: Hashable, Sendable {
        /// Day numbers, both included.
        case once(ClosedRange<Int>)
        /// Both included; an end before the start is in the next year.
        case yearly(YearlyDate, YearlyDate)
    }

    package let days: Days
    /// As it was written: `2026-12-24..2027-01-02`.
    package let text: String
    private let label: String

    package init(days: Days, text: String) {
        self.days = days
        self.text = text
        label = "dates \(text)"
    }

    func add(_ range: ClosedRange<Int>, _ zone: ZoneReadings, to pieces: inout BlackoutPieces) {
        switch days {
        case .once(let days):
            if days.overlaps(range) { add(days.lowerBound..<days.upperBound + 1, zone, to: &pieces) }
        case .yearly(let first, let last):
            let years = CalendarDay(number: range.lowerBound).year - 1...CalendarDay(number: range.upperBound).year
            let wraps = (last.month, last.day) < (first.month, first.day)
            for year in years {
                guard let start = first.number(in: year), let end = last.end(in: wraps ? year + 1 : year),
                    start < end, start <= range.upperBound, end >= range.lowerBound
                else { continue }
                add(start..<end, zone, to: &pieces)
            }
        }
    }

    private func add(_ days: Range<Int>, _ zone: ZoneReadings, to pieces: inout BlackoutPieces) {
        zone.forEachStretch(showing: days.lowerBound * 86_400..<days.upperBound * 86_400) { pieces.add($0, label) }
    }
}
