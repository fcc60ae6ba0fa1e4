import Foundation
import Testing

@testable import Maintenance

@Suite("Events of calendars as windows")
struct BlackoutEventTests {
    /// A small generator, so that a failing test fails again.
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    @Test("days and dates are the same as Foundation's calendar has them")
    func days() {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        for number in stride(from: -25_000, to: 85_000, by: 13) {
            let parts = calendar.dateComponents(
                [.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(number * 86_400)))
            let day = CalendarDay(number: number)
            #expect(day.year == parts.year && day.month == parts.month && day.day == parts.day)
            #expect(day.number == number)
            #expect((CalendarDay.weekday(of: number) + 1) % 7 + 1 == parts.weekday)
        }
        #expect(CalendarDay(year: 2026, month: 2, day: 29) == nil)
        #expect(CalendarDay(year: 0, month: 1, day: 1) == nil && CalendarDay(year: 10_000, month: 1, day: 1) == nil)
    }

    @Test("among thousands of events the same are found as by looking at each")
    func index() {
        var dice = Dice(state: 7)
        let zone = ZoneReadings.shared(for: Sample.paris)
        let events = (0..<1200).map { number in
            let day = Int.random(in: 20_000..<24_000, using: &dice)
            let isLong = number % 50 == 0
            var event = CalendarEvent(
                label: "\(number)", clock: number % 3 == 0 ? .schedule : .zone(Sample.paris),
                start: day * 86_400 + Int.random(in: 0..<86_400, using: &dice),
                days: isLong ? Int.random(in: 10..<500, using: &dice) : 0,
                seconds: Int.random(in: 1..<100_000, using: &dice))
            if number % 400 == 1 {
                event.recurrence = Recurrence(frequency: .monthly, first: day)
                event.excluded = [day]
            }
            return event
        }
        let calendar = BlackoutWindow.calendar(EventCalendar(name: "c", events: events))
        for _ in 0..<60 {
            let instant = Int.random(in: 19_900 * 86_400..<24_700 * 86_400, using: &dice)
            let found = BlackoutPieces(of: [calendar], touching: instant...instant, in: zone)
            var all = BlackoutPieces(of: [], touching: instant...instant, in: zone)
            for event in events {
                let range = event.recurrence == nil ? event.firstDay...event.firstDay : 20_000...24_800
                for day in range where event.begins(on: day, CalendarDay(number: day)) {
                    event.add(on: day, zone, to: &all)
                }
            }
            #expect(found.pieces.map(\.label).sorted() == all.pieces.map(\.label).sorted())
        }
    }

    @Test("COUNT is followed as far as the budget goes")
    func budget() {
        let rule = Recurrence(frequency: .daily, first: 20_000)
        var budget = 100
        #expect(rule.day(ofOccurrence: 50, budget: &budget) == 20_049)
        #expect(budget == 50)
        #expect(rule.day(ofOccurrence: 51, budget: &budget) == nil && budget < 0)
        budget = .max
        #expect(rule.day(ofOccurrence: 1_000_000, budget: &budget) == nil && budget > 0)
    }
}
