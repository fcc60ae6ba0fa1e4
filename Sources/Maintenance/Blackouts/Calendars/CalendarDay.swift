/// A day of the Gregorian calendar.
///
/// By hand, as Foundation's calendar takes a thousand times longer: a window is looked for in many days.
package struct CalendarDay: Hashable, Sendable {
    /// Month and day count from 1.
    package let year: Int, month: Int, day: Int

    /// The day of a date; nil where the calendar has none such, and before the year 1 and after 9999.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, in: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The day so many days after 1970-01-01.
    package init(number: Int) {
        // A year that begins in March has its leap day at its end; 400 years have 146,097 days.
        let shifted = number + 719_468
        let era = shifted.floored(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970-01-01.
    package var number: Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floored(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The day of the week of a day number: 0 is Monday, 6 is Sunday.
    package static func weekday(of number: Int) -> Int { (number + 3).modulo(7) }  // 1970-01-01 was a Thursday

    /// How many days a month has.
    package static func length(ofMonth month: Int, in year: Int) -> Int {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return 30 + (month + (month >> 3)) & 1
    }

    /// Whether 29 February is a day of the year.
    package static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}

extension Int {
    /// Division by a positive number that rounds down, also below zero.
    package func floored(by divisor: Int) -> Int {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }

    /// What ``floored(by:)`` leaves; never negative.
    package func modulo(_ divisor: Int) -> Int { self - floored(by: divisor) * divisor }
}
