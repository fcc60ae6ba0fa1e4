import Foundation

/// A stretch of the calendar that keeps one set.
package enum CalendarUnit: String, Hashable, Sendable, CaseIterable {
    case hour
    case day
    /// ISO 8601: begins on Monday, and belongs to the year of its Thursday.
    case week
    case month
    case year

    /// The number of the unit of this kind in which an instant lies; that of a later unit is higher.
    ///
    /// Both passes of a repeated hour are one and the same hour.
    func number(of instant: LocalInstant) -> Int {
        switch self {
        case .hour: Self.floor(instant.seconds, by: 3_600)
        case .day: instant.day
        // 1970-01-01 was a Thursday, and so Thursday of week 0.
        case .week: Self.floor(instant.day + 3, by: 7)
        case .month: instant.date.year * 12 + instant.date.month - 1
        case .year: instant.date.year
        }
    }

    /// The unit of a number, for people: `2026-11-22`, `2026-W47`, `2026-11`.
    func label(of number: Int) -> String {
        switch self {
        case .hour:
            let day = Self.floor(number, by: 24)
            return "\(CalendarUnit.day.label(of: day)) \(Self.digits(number - day * 24, 2)) h"
        case .day:
            let date = CivilDay(day: number)
            return "\(Self.digits(date.year, 4))-\(Self.digits(date.month, 2))-\(Self.digits(date.day, 2))"
        case .week:
            let thursday = number * 7
            let year = CivilDay(day: thursday).year
            let week = (thursday - CivilDay.firstDay(of: year)) / 7 + 1
            return "\(Self.digits(year, 4))-W\(Self.digits(week, 2))"
        case .month:
            let year = Self.floor(number, by: 12)
            return "\(Self.digits(year, 4))-\(Self.digits(number - year * 12 + 1, 2))"
        case .year: return Self.digits(number, 4)
        }
    }

    fileprivate static func floor(_ number: Int, by divisor: Int) -> Int {
        number >= 0 ? number / divisor : (number + 1) / divisor - 1
    }

    private static func digits(_ number: Int, _ width: Int) -> String {
        let text = "\(abs(number))"
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

/// An instant on the clock and calendar of a zone, in whole numbers: 100,000 of them take milliseconds.
struct LocalInstant {
    /// Since 1970-01-01 00:00 on the local clock.
    let seconds: Int
    /// Since 1970-01-01.
    let day: Int
    let date: CivilDay

    init(_ instant: Date, in timeZone: TimeZone) {
        // Beyond some hundred million years nothing has a calendar, and no conversion may overflow.
        let whole = Int(min(max(instant.timeIntervalSince1970.rounded(.down), -1e15), 1e15))
        seconds = whole + timeZone.secondsFromGMT(for: instant)
        day = CalendarUnit.floor(seconds, by: 86_400)
        date = CivilDay(day: day)
    }
}

/// A day of the Gregorian calendar, carried on into the past.
struct CivilDay {
    let year: Int
    let month: Int
    let day: Int

    private static let daysIn400Years = 146_097
    /// From 0000-03-01, where leap days come last in a year, to 1970-01-01.
    private static let daysBefore1970 = 719_468

    /// - Parameter number: days since 1970-01-01.
    init(day number: Int) {
        let days = number + Self.daysBefore1970
        let era = CalendarUnit.floor(days, by: Self.daysIn400Years)
        let dayOfEra = days - era * Self.daysIn400Years
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // March is 0; five months from March or from August on have 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The number of January 1st, in days since 1970-01-01.
    static func firstDay(of year: Int) -> Int {
        let before = year - 1
        return before * 365 + CalendarUnit.floor(before, by: 4) - CalendarUnit.floor(before, by: 100)
            + CalendarUnit.floor(before, by: 400) - 719_162
    }
}
