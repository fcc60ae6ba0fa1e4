extension DayRule {
    /// Why no day of the calendar matches, in English, or nil if one does.
    ///
    /// Looks at every month of a whole cycle of the calendar, after which everything repeats to the weekday; an
    /// expression that does match is found out within the first years.
    var reasonForNeverMatching: String? {
        for year in 2000..<2400 {
            let january = CivilDate(year: year, month: 1, day: 1).dayNumber
            var firstOfMonth = january
            for month in 1...12 {
                let length = CivilDate.length(ofMonth: month, in: year)
                let weekday = CivilDate.weekday(ofDayNumber: firstOfMonth)
                if months.contains(month), !matching(length: length, firstWeekday: weekday).isEmpty { return nil }
                firstOfMonth += length
            }
        }
        let longest = months.members.map { CivilDate.length(ofMonth: $0, in: 2000) }.max() ?? 0
        let isTooLate = !lastDay && !lastWorkday && days.first > longest
        return isTooLate ? reasonOfMonthLength : reasonOfWeekdays(longest: longest)
    }

    private var reasonOfMonthLength: String {
        let months = months.members.map { EnglishWords.months[$0 - 1] }
        let numbers = days.members.map(String.init)
        let days = "day \(EnglishWords.list(numbers, "or"))"
        return switch months.count {
        case 1: "\(months[0]) has no \(days)"
        case 2: "neither \(months[0]) nor \(months[1]) has a \(days)"
        default: "none of \(EnglishWords.list(months)) has a \(days)"
        }
    }

    /// The days exist, but both fields must match, and they never fall on the weekdays.
    private func reasonOfWeekdays(longest: Int) -> String {
        let numbers = days.members.filter { $0 <= longest }.map(String.init)
        var subjects: [String] = []
        if !numbers.isEmpty { subjects.append((numbers.count > 1 ? "days " : "day ") + EnglishWords.list(numbers)) }
        if lastDay { subjects.append("the last day of the month") }
        if lastWorkday { subjects.append("the last weekday (Monday to Friday) of the month") }
        var objects = weekdays.members.map { "a \(EnglishWords.weekdays[$0])" }
        objects += ordinalWeekdays.members.map {
            "a \(EnglishWords.ordinals[$0 / 8]) \(EnglishWords.weekdays[$0 % 8])"
        }
        objects += lastWeekdays.members.map { "the last \(EnglishWords.weekdays[$0]) of the month" }
        let months = months.members.map { EnglishWords.months[$0 - 1] }
        let place = hasEveryMonth ? "" : "in \(EnglishWords.list(months)), "
        let verb = numbers.count > 1 || subjects.count > 1 ? "are" : "is"
        return place + "\(EnglishWords.list(subjects)) \(verb) never \(EnglishWords.list(objects, "or"))"
    }
}
