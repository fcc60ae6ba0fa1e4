import Foundation
import Testing

@testable import Maintenance

@Suite("Windows on the clocks of a zone")
struct BlackoutClockTests {
    private func texts(_ window: BlackoutWindow, _ from: String, _ until: String, _ zone: String) throws -> [String] {
        let zone = try #require(TimeZone(identifier: zone))
        return BlackoutPolicy(windows: [window])
            .blackouts(from: try Sample.date(from), until: try Sample.date(until), in: zone)
            .map { "\(InstantText.format($0.start, in: zone)) \(InstantText.format($0.end, in: zone))" }
    }

    @Test("hours that the clocks skip are no time at all")
    func skipped() throws {
        #expect(
            try texts(
                Sample.weekly([6], 2, 3), "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "Europe/Paris")
                == [])
        #expect(
            try texts(
                Sample.weekly([6], 1, 2.5), "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "Europe/Paris")
                == ["2026-03-29T01:00:00+01:00 2026-03-29T03:00:00+02:00"])
        #expect(
            try texts(
                Sample.weekly([6], 2.5, 4), "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "Europe/Paris")
                == ["2026-03-29T03:00:00+02:00 2026-03-29T04:00:00+02:00"])
    }

    @Test("hours that the clocks repeat are in the window both times")
    func repeated() throws {
        let (from, until) = ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00")
        #expect(
            try texts(Sample.weekly([6], 2, 3), from, until, "Europe/Paris")
                == ["2026-10-25T02:00:00+02:00 2026-10-25T03:00:00+01:00"])
        #expect(
            try texts(Sample.weekly([6], 2.25, 2.75), from, until, "Europe/Paris") == [
                "2026-10-25T02:15:00+02:00 2026-10-25T02:45:00+02:00",
                "2026-10-25T02:15:00+01:00 2026-10-25T02:45:00+01:00",
            ])
    }

    @Test(
        "a whole day has the hours that it has",
        arguments: [
            ("Europe/Paris", (2026, 3, 29), 23.0), ("Europe/Paris", (2026, 10, 25), 25),
            ("Australia/Lord_Howe", (2026, 4, 5), 24.5), ("America/Sao_Paulo", (2018, 11, 4), 23),
            ("Pacific/Apia", (2011, 12, 30), 0), ("America/Havana", (2026, 11, 1), 25), ("UTC", (2026, 3, 29), 24),
        ])
    func dayLength(_ name: String, _ date: (Int, Int, Int), _ hours: Double) throws {
        let zone = try #require(TimeZone(identifier: name))
        let day = Sample.day(date.0, date.1, date.2)
        let noon = Date(timeIntervalSince1970: Double(day * 86_400 + 43_200))
        let found = BlackoutPolicy(windows: [Sample.dates(day...day)])
            .blackouts(from: noon - 2 * 86_400, until: noon + 2 * 86_400, in: zone)
        #expect(found.reduce(0) { $0 + $1.end.timeIntervalSince($1.start) } == hours * 3600)
    }

    @Test(
        "every quarter of an hour around a change of clocks is where the clock says it is",
        arguments: [
            ("Europe/Paris", "2026-03-29T00:00:00Z"), ("Europe/Paris", "2026-10-25T00:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("America/Havana", "2026-11-01T05:00:00Z"),
            ("Africa/Casablanca", "2026-02-15T02:00:00Z"), ("Pacific/Apia", "2011-12-30T10:00:00Z"),
            ("Asia/Kolkata", "2026-06-01T00:00:00Z"), ("America/Sao_Paulo", "2018-11-04T03:00:00Z"),
            ("America/St_Johns", "2026-11-01T04:30:00Z"), ("Antarctica/Troll", "2026-03-29T01:00:00Z"),
        ])
    func byTheClock(_ name: String, _ change: String) throws {
        let zone = try #require(TimeZone(identifier: name))
        let middle = try Sample.date(change)
        let windows: [(days: Set<Int>, start: Double, end: Double)] = [
            ([6], 2, 3), ([5, 6], 23.5, 25.25), (Set(0..<7), 1.25, 1.75), ([0, 3], 0, 24), ([0, 2, 4], 22, 46),
        ]
        for window in windows {
            let policy = BlackoutPolicy(windows: [Sample.weekly(window.days, window.start, window.end)])
            for step in -300...300 {
                let instant = middle + Double(step) * 900
                let reading = Int(instant.timeIntervalSince1970) + zone.secondsFromGMT(for: instant)
                let expected = [0, 1].contains { back in
                    let day = reading.floored(by: 86_400) - back
                    let time = Double(reading - day * 86_400) / 3600
                    return window.days.contains((day + 3).modulo(7)) && window.start <= time && time < window.end
                }
                let found = policy.interval(containing: instant, in: zone)
                #expect((found != nil) == expected, "\(window) at \(InstantText.format(instant, in: zone))")
                if let found { #expect(found.start <= instant && instant < found.end) }
            }
        }
    }

    @Test(
        "an event's time is read as RFC 5545 has it, also where the clocks skip or repeat it",
        arguments: [
            ("2026-03-29T02:30:00Z", "2026-03-29T03:30:00+02:00"),
            ("2026-10-25T02:30:00Z", "2026-10-25T02:30:00+02:00"),
            ("2026-03-29T01:59:59Z", "2026-03-29T01:59:59+01:00"),
            ("2026-03-29T03:00:00Z", "2026-03-29T03:00:00+02:00"),
            ("2026-10-25T03:00:00Z", "2026-10-25T03:00:00+01:00"),
            ("2026-06-01T12:00:00Z", "2026-06-01T12:00:00+02:00"),
        ])
    func readings(_ reading: String, _ instant: String) throws {
        let found = ZoneReadings.shared(for: Sample.paris)
            .instant(of: Int(try Sample.date(reading).timeIntervalSince1970))
        #expect(Date(timeIntervalSince1970: Double(found)) == (try Sample.date(instant)))
    }

    @Test("dates of every year go over its end, and 29 February is in leap years only")
    func yearly() throws {
        typealias Yearly = DateWindow.YearlyDate
        func dates(_ first: Yearly, _ last: Yearly, _ from: Int, _ until: Int) throws -> [String] {
            try texts(
                .dates(DateWindow(days: .yearly(first, last), text: "")), "\(from)-01-01T00:00:00Z",
                "\(until)-01-01T00:00:00Z", "UTC"
            ).map { $0.replacing("T00:00:00Z", with: "") }
        }
        #expect(
            try dates(Yearly(month: 12, day: 24), Yearly(month: 1, day: 2), 2026, 2027)
                == ["2025-12-24 2026-01-03", "2026-12-24 2027-01-03"])
        #expect(
            try dates(Yearly(month: 2, day: 29), Yearly(month: 2, day: 29), 2025, 2029) == ["2028-02-29 2028-03-01"])
        #expect(
            try dates(Yearly(month: 2, day: 28), Yearly(month: 2, day: 29), 2027, 2029)
                == ["2027-02-28 2027-03-01", "2028-02-28 2028-03-01"])
        #expect(
            try dates(Yearly(month: 2, day: 29), Yearly(month: 3, day: 1), 2027, 2028) == ["2027-03-01 2027-03-02"])
    }
}
