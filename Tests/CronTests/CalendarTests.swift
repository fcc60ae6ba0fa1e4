import Testing

@testable import Cron

@Suite("The calendar")
struct CalendarTests {
    @Test("every day of a cycle of 400 years goes to a date and back, one after the other")
    func roundTrip() {
        var (year, month, day) = (1999, 12, 31)
        let start = CivilDate(year: year, month: month, day: day).dayNumber
        #expect(start == 10_956)
        for number in start...start + CivilDate.daysInCycle {
            let date = CivilDate(dayNumber: number)
            // One #expect for all: 146,097 times four of them take minutes.
            if date != CivilDate(year: year, month: month, day: day) || date.dayNumber != number {
                Issue.record("day \(number) is \(date), not \(year)-\(month)-\(day)")
                return
            }
            day += 1
            if day > CivilDate.length(ofMonth: month, in: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect((year, month, day) == (2400, 1, 1))
        #expect(CivilDate(dayNumber: -719_468) == CivilDate(year: 0, month: 3, day: 1))
        #expect(CivilDate(dayNumber: -719_469) == CivilDate(year: 0, month: 2, day: 29))
        #expect(CivilDate.weekday(ofDayNumber: 0) == 4 && CivilDate.weekday(ofDayNumber: -5) == 6)
    }

    @Test("weekdays, last days and ordinals are those that counting finds")
    func dayRules() throws {
        let last = try rule("0 0 * * 5L"), workday = try rule("0 0 LW * *"), second = try rule("0 0 * * 1#2,4#5")
        let either = try rule("0 0 13 * 5"), both = try rule("0 0 */2 * 5,7"), end = try rule("0 0 L * *")
        for length in 28...31 {
            for firstWeekday in 0..<7 {
                func days(_ isWanted: (_ day: Int, _ weekday: Int) -> Bool) -> [Int] {
                    (1...length).filter { isWanted($0, (firstWeekday + $0 - 1) % 7) }
                }
                func found(_ rule: DayRule) -> [Int] {
                    rule.matching(length: length, firstWeekday: firstWeekday).members
                }
                #expect(found(last) == days { $1 == 5 && $0 + 7 > length })
                #expect(found(workday) == days { (1...5).contains($1) }.suffix(1))
                #expect(found(second) == days { $1 == 1 && ($0 + 6) / 7 == 2 || $1 == 4 && ($0 + 6) / 7 == 5 })
                #expect(found(either) == days { $0 == 13 || $1 == 5 })
                #expect(found(both) == days { $0 % 2 == 1 && ($1 == 5 || $1 == 0) })
                #expect(found(end) == [length])
            }
        }
    }

    private func rule(_ text: String) throws -> DayRule { try CronExpression(parsing: text).days }
}
