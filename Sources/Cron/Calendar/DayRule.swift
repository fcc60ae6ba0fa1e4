/// Which days match: the day-of-month, month and day-of-week fields together.
struct DayRule: Hashable, Sendable {
    /// Days by number, 1 to 31.
    private(set) var days = BitSet()
    private(set) var lastDay = false
    private(set) var lastWorkday = false
    private(set) var months = BitSet()
    /// Weekdays of every week; 0 is Sunday.
    private(set) var weekdays = BitSet()
    /// Weekdays that count only as the last of their month.
    private(set) var lastWeekdays = BitSet()
    /// The weekday w as the nth of its month is member 8 (n - 1) + w.
    private(set) var ordinalWeekdays = BitSet()
    /// Whether a day must match both day fields, and not just one.
    ///
    /// Debian's rule: both, if either field begins with `*`, so also for `*/2` and `*,13`.
    let needsBoth: Bool

    init(daysOfMonth: [CronItem], months: [CronItem], daysOfWeek: [CronItem], needsBoth: Bool) {
        self.needsBoth = needsBoth
        self.months.insert(months)
        days.insert(daysOfMonth)
        lastDay = daysOfMonth.contains(.lastDay)
        lastWorkday = daysOfMonth.contains(.lastWorkday)
        weekdays.insert(daysOfWeek)
        if weekdays.contains(7) { weekdays = BitSet(bits: weekdays.bits & 0x7F | 1) }
        for case .lastWeekday(let weekday) in daysOfWeek { lastWeekdays.insert(weekday) }
        for case .weekday(let weekday, let ordinal) in daysOfWeek {
            ordinalWeekdays.insert(8 * (ordinal - 1) + weekday)
        }
    }

    var hasEveryDay: Bool { days.count == 31 }
    var hasEveryWeekday: Bool { weekdays.count == 7 }
    var hasEveryMonth: Bool { months.count == 12 }

    /// The first matching day that is not before the given one, or nil if there is none up to the limit.
    func first(from dayNumber: Int, through limit: Int) -> Int? {
        let date = CivilDate(dayNumber: dayNumber)
        var (year, month) = (date.year, date.month)
        var firstOfMonth = dayNumber - date.day + 1
        var matching = months.contains(month) ? self.matching(in: month, of: year, from: firstOfMonth) : BitSet()
        matching.bits &= ~0 << UInt64(date.day)
        while matching.isEmpty {
            month = months.first(from: month + 1)
            if month > 12 { (year, month) = (year + 1, months.first) }
            firstOfMonth = CivilDate(year: year, month: month, day: 1).dayNumber
            guard firstOfMonth <= limit else { return nil }
            matching = self.matching(in: month, of: year, from: firstOfMonth)
        }
        let found = firstOfMonth + matching.first - 1
        return found <= limit ? found : nil
    }

    /// The matching days of a month that begins on the given day number.
    private func matching(in month: Int, of year: Int, from firstOfMonth: Int) -> BitSet {
        matching(
            length: CivilDate.length(ofMonth: month, in: year),
            firstWeekday: CivilDate.weekday(ofDayNumber: firstOfMonth))
    }

    /// The matching days of any month so long that begins on such a weekday.
    func matching(length: Int, firstWeekday: Int) -> BitSet {
        let byNumber = matchingNumbers(length: length, firstWeekday: firstWeekday)
        let byWeekday = matchingWeekdays(length: length, firstWeekday: firstWeekday)
        return BitSet(bits: needsBoth ? byNumber & byWeekday : byNumber | byWeekday)
    }

    private func matchingNumbers(length: Int, firstWeekday: Int) -> UInt64 {
        var matching = days.bits & Self.allDays(length)
        if lastDay { matching |= 1 << UInt64(length) }
        if lastWorkday {
            let weekday = (firstWeekday + length - 1) % 7
            let back = weekday == 0 ? 2 : weekday == 6 ? 1 : 0
            matching |= 1 << UInt64(length - back)
        }
        return matching
    }

    private func matchingWeekdays(length: Int, firstWeekday: Int) -> UInt64 {
        // A week from the 1st on, repeated five times: multiplying by 1 + 2^7 + 2^14 + 2^21 + 2^28 copies it.
        var matching = Self.week(weekdays.bits, from: firstWeekday) &* 0x1020_4081 << 1
        if !ordinalWeekdays.isEmpty {
            for week in 0..<5 {
                let wanted = ordinalWeekdays.bits >> UInt64(8 * week) & 0x7F
                matching |= Self.week(wanted, from: firstWeekday) << UInt64(7 * week + 1)
            }
        }
        if !lastWeekdays.isEmpty {
            matching |= Self.week(lastWeekdays.bits, from: (firstWeekday + length) % 7) << UInt64(length - 6)
        }
        return matching & Self.allDays(length)
    }

    /// Seven bits whose first is the given weekday, out of seven whose first is Sunday.
    private static func week(_ weekdays: UInt64, from first: Int) -> UInt64 {
        (weekdays >> UInt64(first) | weekdays << UInt64(7 - first)) & 0x7F
    }

    private static func allDays(_ length: Int) -> UInt64 { 1 << UInt64(length + 1) - 2 }
}
