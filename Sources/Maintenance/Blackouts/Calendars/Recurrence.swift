/// The days on which an event of a calendar happens: an RRULE of RFC 5545 in so far as it speaks of days.
package struct Recurrence: Hashable, Sendable {
    /// What ``interval`` counts.
    package enum Frequency: String, Sendable, CaseIterable {
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    /// A day of the week, or the one such day of a month or year that `ordinal` counts.
    package struct Weekday: Hashable, Sendable {
        /// 0 is Monday, 6 is Sunday.
        package let day: Int
        /// 0 for every such day; below zero it counts from the end.
        package let ordinal: Int

        package init(day: Int, ordinal: Int) {
            self.day = day
            self.ordinal = ordinal
        }
    }

    package var frequency: Frequency
    /// At least 1: 2 leaves out every other period.
    package var interval = 1
    /// Months from 1 to 12; empty for all.
    package var months: Set<Int> = []
    /// Days of the month, from 1 or, counted from the end, from -1.
    package var monthDays: Set<Int> = []
    package var weekdays: [Weekday] = []
    /// The day with which weeks begin, 0 for Monday: it matters where ``interval`` counts weeks.
    package var weekStart = 0
    /// The day number of the first occurrence.
    package var first: Int
    /// The day number after which there is none.
    package var last: Int?

    /// Every period after the day `first`, which all further parts narrow or widen.
    package init(frequency: Frequency, first: Int) {
        self.frequency = frequency
        self.first = first
    }

    /// Whether a day, by its number, is one of the rule's.
    package func contains(_ number: Int) -> Bool { contains(number, CalendarDay(number: number)) }

    /// As above, of a day whose date is known.
    func contains(_ number: Int, _ date: CalendarDay) -> Bool {
        guard number >= first, last.map({ number <= $0 }) ?? true else { return false }
        return periods(to: number, date) % interval == 0 && isInMonth(date) && isInDay(number, date)
    }

    /// The day on which the rule has its `count`th occurrence; nil where there are fewer before the year 2200.
    ///
    /// `budget` is how many days may be looked at; it is below zero afterwards where that was not enough.
    package func day(ofOccurrence count: Int, budget: inout Int) -> Int? {
        var number = first
        var left = count
        while number < ZoneReadings.horizon / 86_400 {
            budget -= 1
            guard budget >= 0 else { return nil }
            let date = CalendarDay(number: number)
            if !isInMonth(date) {
                number += CalendarDay.length(ofMonth: date.month, in: date.year) - date.day + 1
                continue
            }
            if contains(number, date) {
                left -= 1
                if left == 0 { return number }
            }
            number += 1
        }
        return nil
    }

    // MARK: Parts of the rule

    /// Whole periods from that of the first day.
    private func periods(to number: Int, _ date: CalendarDay) -> Int {
        guard interval > 1 else { return 0 }
        switch frequency {
        case .daily: return number - first
        case .weekly: return week(of: number) - week(of: first)
        case .monthly:
            let start = CalendarDay(number: first)
            return (date.year - start.year) * 12 + date.month - start.month
        case .yearly: return date.year - CalendarDay(number: first).year
        }
    }

    private func week(of number: Int) -> Int { (number + 3 - weekStart).floored(by: 7) }

    private func isInMonth(_ date: CalendarDay) -> Bool { isIn(month: date.month) }

    /// Whether a day of the month can be one of the rule's.
    func isIn(month: Int) -> Bool {
        if !months.isEmpty { return months.contains(month) }
        guard frequency == .yearly, monthDays.isEmpty, weekdays.isEmpty else { return true }
        return month == CalendarDay(number: first).month
    }

    private func isInDay(_ number: Int, _ date: CalendarDay) -> Bool {
        if !monthDays.isEmpty {
            let fromEnd = date.day - CalendarDay.length(ofMonth: date.month, in: date.year) - 1
            guard monthDays.contains(date.day) || monthDays.contains(fromEnd) else { return false }
        }
        let weekday = CalendarDay.weekday(of: number)
        if !weekdays.isEmpty {
            return weekdays.contains { rule in
                rule.day == weekday && (rule.ordinal == 0 || ordinals(of: date).contains(rule.ordinal))
            }
        }
        switch frequency {
        case .daily: return true
        case .weekly: return weekday == CalendarDay.weekday(of: first)
        case .monthly, .yearly: return !monthDays.isEmpty || date.day == CalendarDay(number: first).day
        }
    }

    /// Which of its weekday the day is, from the start and from the end: of the month, or of the year where the rule
    /// knows no months.
    private func ordinals(of date: CalendarDay) -> [Int] {
        let index: Int
        let length: Int
        if frequency == .yearly, months.isEmpty {
            (index, length) = (dayOfYear(date), CalendarDay.isLeap(date.year) ? 366 : 365)
        } else {
            (index, length) = (date.day - 1, CalendarDay.length(ofMonth: date.month, in: date.year))
        }
        return [index / 7 + 1, -((length - 1 - index) / 7 + 1)]
    }

    private func dayOfYear(_ date: CalendarDay) -> Int {
        (1..<date.month).reduce(date.day - 1) { $0 + CalendarDay.length(ofMonth: $1, in: date.year) }
    }
}
