import Foundation
import Testing

@testable import Cron

@Suite("Clock changes")
struct ClockChangeTests {
    /// Firings from an instant on, as text with a mark for the change.
    private func marked(_ expression: String, _ zone: String, after start: String, _ count: Int) throws -> [String] {
        try schedule(expression, zone).firings(after: instant(start)).prefix(count).map { firing in
            switch firing.clockChange {
            case .none: "\(firing)"
            case .movedForward(let reading): "\(firing) moved from \(reading)"
            case .firstPassOnly: "\(firing) first pass only"
            case .firstPass: "\(firing) first pass"
            case .secondPass: "\(firing) second pass"
            }
        }
    }

    @Test("a fixed-time job in a skipped hour fires right after the jump, several readings together")
    func skippedHour() throws {
        #expect(
            try marked("30 2 * * *", "Europe/Paris", after: "2026-03-28T00:00:00+01:00", 3) == [
                "2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00 moved from 2026-03-29 02:30",
                "2026-03-30T02:30:00+02:00",
            ])
        #expect(
            try marked("0,20,40 2,3 * * *", "Europe/Paris", after: "2026-03-29T00:00:00+01:00", 4) == [
                "2026-03-29T03:00:00+02:00 moved from 2026-03-29 02:00", "2026-03-29T03:20:00+02:00",
                "2026-03-29T03:40:00+02:00", "2026-03-30T02:00:00+02:00",
            ])
    }

    @Test("a fixed-time job in a repeated hour fires in the first pass, wherever one starts to look")
    func repeatedHour() throws {
        let firings = [
            "2026-10-25T02:30:00+02:00 first pass only", "2026-10-26T02:30:00+01:00",
        ]
        #expect(try marked("30 2 * * *", "Europe/Paris", after: "2026-10-25T00:00:00+02:00", 2) == firings)
        #expect(try marked("30 2 * * *", "Europe/Paris", after: "2026-10-25T02:30:00+02:00", 1) == [firings[1]])
        #expect(try marked("30 2 * * *", "Europe/Paris", after: "2026-10-25T02:10:00+01:00", 1) == [firings[1]])
    }

    @Test("a wildcard job follows the wall clock")
    func wildcard() throws {
        #expect(
            try marked("*/30 * * * *", "Europe/Paris", after: "2026-10-25T01:30:00+02:00", 5) == [
                "2026-10-25T02:00:00+02:00 first pass", "2026-10-25T02:30:00+02:00 first pass",
                "2026-10-25T02:00:00+01:00 second pass", "2026-10-25T02:30:00+01:00 second pass",
                "2026-10-25T03:00:00+01:00",
            ])
        #expect(
            try marked("*/30 2 * * *", "Europe/Paris", after: "2026-03-28T02:30:00+01:00", 1)
                == ["2026-03-30T02:00:00+02:00"])
    }

    @Test("half an hour at Lord Howe, and a day that begins at 01:00")
    func oddChanges() throws {
        #expect(
            try marked("*/20 * * * *", "Australia/Lord_Howe", after: "2026-10-04T01:40:00+10:30", 2)
                == ["2026-10-04T02:40:00+11:00", "2026-10-04T03:00:00+11:00"])
        #expect(
            try marked("*/20 * * * *", "Australia/Lord_Howe", after: "2026-04-05T01:20:00+11:00", 3) == [
                "2026-04-05T01:40:00+11:00 first pass", "2026-04-05T01:40:00+10:30 second pass",
                "2026-04-05T02:00:00+10:30",
            ])
        #expect(
            try marked("@daily", "America/Havana", after: "2026-03-07T12:00:00-05:00", 2) == [
                "2026-03-08T01:00:00-04:00 moved from 2026-03-08 00:00", "2026-03-09T00:00:00-04:00",
            ])
    }

    @Test("a day that a zone skipped is not made up for, nor are three hours at Casey")
    func longJumps() throws {
        #expect(
            try marked("0 12 * * *", "Pacific/Apia", after: "2011-12-29T00:00:00-10:00", 2)
                == ["2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00"])
        #expect(
            try marked("30 1 * * *", "Antarctica/Casey", after: "2020-10-03T00:00:00+08:00", 2)
                == ["2020-10-03T01:30:00+08:00", "2020-10-05T01:30:00+11:00"])
    }

    @Test("a change not on a whole minute: Monrovia went from -0:44:30 to 0:00 in 1972")
    func oddSeconds() throws {
        #expect(
            try marked("30 0 * * *", "Africa/Monrovia", after: "1972-01-06T00:00:00+00:00", 3) == [
                "1972-01-06T00:30:00-00:44:30", "1972-01-07T00:45:00+00:00 moved from 1972-01-07 00:30",
                "1972-01-08T00:30:00+00:00",
            ])
    }

    @Test("far beyond the zone's table the rules of its last years go on")
    func farFuture() throws {
        #expect(
            try marked("30 2 * * 0", "Europe/Paris", after: "9998-03-25T00:00:00+00:00", 1)
                == ["9998-03-29T03:00:00+02:00 moved from 9998-03-29 02:30"])
        #expect(
            try marked("0 0 29 2 MON#5", "America/New_York", after: "2400-03-01T00:00:00+00:00", 1)
                == ["2404-02-29T00:00:00-05:00"])
    }

    @Test("there is nothing after the year 9999, and nothing where every reading is skipped")
    func nothing() throws {
        let daily = try schedule("0 2 * * *", "Europe/Paris")
        #expect(daily.next(after: instant("9999-12-31T12:00:00+00:00")) == nil)
        for date in [Double.infinity, .nan, .greatestFiniteMagnitude] {
            #expect(daily.next(after: Date(timeIntervalSince1970: date)) == nil)
        }
        #expect(daily.next(after: .distantPast) != nil)
        #expect(daily.next(after: Date(timeIntervalSince1970: -.infinity)) != nil)
        let skipped = try schedule("*/60 2 * 3 7L", "Europe/Paris")
        #expect(skipped.next(after: instant("2026-01-01T00:00:00+00:00")) == nil)
        #expect(skipped.firings(after: instant("2026-01-01T00:00:00+00:00")).first { _ in true } == nil)
    }

    @Test("a range of firings has its start and not its end, and fractions of seconds count")
    func range() throws {
        let hourly = try schedule("@hourly", "UTC")
        let (start, end) = (instant("2026-01-01T00:00:00+00:00"), instant("2026-01-01T03:00:00+00:00"))
        #expect(hourly.firings(from: start, until: end).map(\.instant) == [0, 3600, 7200].map { start + $0 })
        #expect(hourly.firings(from: start + 0.001, until: end + 0.001).map(\.instant).first == start + 3600)
        #expect(hourly.firings(from: start + 0.001, until: end + 0.001).map(\.instant).last == end)
        #expect(hourly.next(after: start - 0.001) == start)
        #expect(hourly.next(after: start) == start + 3600)
        #expect(hourly.firings(from: end, until: start).map(\.instant).isEmpty)
    }
}
