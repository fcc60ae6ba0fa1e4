import Cron
import Foundation
import Testing

@testable import Maintenance

/// Windows and instants for the tests of blackouts.
enum Sample {
    static let paris = TimeZone(identifier: "Europe/Paris") ?? .gmt

    static func date(_ text: String) throws -> Date { try #require(InstantText.parse(text)) }

    /// Hours from midnight on some days, 0 for Monday.
    static func weekly(_ days: Set<Int>, _ start: Double = 0, _ end: Double = 24) -> BlackoutWindow {
        .weekly(WeeklyWindow(days: days, hours: Int(start * 3600)..<Int(end * 3600), text: "\(days.sorted()) \(start)"))
    }

    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        CalendarDay(year: year, month: month, day: day)?.number ?? .min
    }

    static func dates(_ days: ClosedRange<Int>) -> BlackoutWindow {
        .dates(DateWindow(days: .once(days), text: "\(days)"))
    }
}

@Suite("Firings at times at which a checklist does not run")
struct BlackoutTests {
    private let monToFri = Sample.weekly(Set(0...4), 8, 18)
    private let weekend = Sample.weekly([5, 6])

    private func shift(
        _ windows: [BlackoutWindow], _ then: BlackoutPolicy.Choice, _ nominal: String, lead: Double = 3600
    ) throws -> Shift {
        BlackoutPolicy(windows: windows, then: then)
            .decide(nominal: try Sample.date(nominal), leadTime: lead, in: Sample.paris)
    }

    @Test("outside of every window a firing is run at its time", arguments: BlackoutPolicy.Choice.allCases)
    func outside(_ then: BlackoutPolicy.Choice) throws {
        for nominal in ["2026-11-23T07:59:59+01:00", "2026-11-23T18:00:00+01:00"] {
            #expect(try shift([monToFri], then, nominal) == .run(at: try Sample.date(nominal)))
        }
    }

    @Test(
        "a firing in a window is skipped, or moved to one side of it",
        arguments: [
            (BlackoutPolicy.Choice.skip, nil), (.after, "2026-11-23T18:00:00+01:00"),
            (.before, "2026-11-23T07:00:00+01:00"),
        ])
    func inside(_ then: BlackoutPolicy.Choice, _ expected: String?) throws {
        let blackout = Blackout(
            start: try Sample.date("2026-11-23T08:00:00+01:00"), end: try Sample.date("2026-11-23T18:00:00+01:00"),
            label: "weekly [0, 1, 2, 3, 4] 8.0")
        let found = try shift([monToFri], then, "2026-11-23T08:00:00+01:00")
        #expect(found == (try expected.map { .shifted(to: try Sample.date($0), blackout) } ?? .skipped(blackout)))
    }

    @Test("windows that overlap or touch are one blackout, which names each window once")
    func merged() throws {
        // Friday evening touches the weekend, which touches Monday morning; Christmas week lies across.
        let windows = [
            Sample.weekly([4], 18, 24), weekend, Sample.weekly([0], 0, 6),
            Sample.dates(Sample.day(2026, 12, 19)...Sample.day(2026, 12, 20)),
        ]
        let policy = BlackoutPolicy(windows: windows)
        let found = policy.interval(containing: try Sample.date("2026-12-19T12:00:00+01:00"), in: Sample.paris)
        let blackout = try #require(found)
        #expect(blackout.start == (try Sample.date("2026-12-18T18:00:00+01:00")))
        #expect(blackout.end == (try Sample.date("2026-12-21T06:00:00+01:00")))
        #expect(blackout.label.hasPrefix("weekly [5, 6] 0.0; dates "))
        #expect(blackout.label.hasSuffix("; weekly [0] 0.0; and 1 more"))
        #expect(!blackout.isEndless)
    }

    @Test("hours that end on the next day belong to the day on which they begin")
    func overnight() throws {
        let policy = BlackoutPolicy(windows: [Sample.weekly([5], 22, 30)])
        func isOut(_ text: String) throws -> Bool {
            policy.interval(containing: try Sample.date(text), in: Sample.paris) != nil
        }
        #expect(try isOut("2026-11-21T22:00:00+01:00"))
        #expect(try isOut("2026-11-22T05:59:59+01:00"))
        #expect(try !isOut("2026-11-22T06:00:00+01:00"))
        #expect(try !isOut("2026-11-22T22:00:00+01:00"))
    }

    @Test("a run before a blackout has its whole time limit free of the windows before")
    func roomBefore() throws {
        let windows = [Sample.weekly([0], 12, 18), Sample.weekly([0], 9, 11), Sample.weekly([0], 5, 6.5)]
        let nominal = "2026-11-23T13:00:00+01:00"
        for (lead, expected) in [(1.0, "11:00"), (1.5, "07:30"), (2.5, "06:30"), (3.0, "02:00"), (0.0, "11:59:59")] {
            let found = try shift(windows, .before, nominal, lead: lead * 3600)
            guard case .shifted(let time, _) = found else {
                Issue.record("\(lead): \(found)")
                continue
            }
            let text = expected.count == 5 ? expected + ":00" : expected
            #expect(time == (try Sample.date("2026-11-23T\(text)+01:00")), "\(lead)")
        }
    }

    @Test("where no gap is long enough, a firing is skipped")
    func noRoom() throws {
        let windows = [Sample.weekly(Set(0..<7), 0, 22)]
        guard case .skipped = try shift(windows, .before, "2026-11-23T12:00:00+01:00", lead: 7201) else {
            Issue.record("there is no room")
            return
        }
        guard case .shifted = try shift(windows, .before, "2026-11-23T12:00:00+01:00", lead: 7200) else {
            Issue.record("there is room")
            return
        }
        for lead in [Double.infinity, .nan, 1e300, 401 * 86_400] {
            guard case .skipped = try shift(windows, .before, "2026-11-23T12:00:00+01:00", lead: lead) else {
                Issue.record("\(lead) seconds are too long")
                continue
            }
        }
        guard case .shifted(let time, _) = try shift(windows, .before, "2026-11-23T12:00:00+01:00", lead: -5) else {
            Issue.record("less than nothing takes no time")
            return
        }
        #expect(time == (try Sample.date("2026-11-22T23:59:59+01:00")))
    }

    @Test("a blackout without an end is looked at for 400 days, and no firing waits for it")
    func endless() throws {
        let policy = BlackoutPolicy(windows: [Sample.weekly(Set(0..<7))], then: .after)
        let nominal = try Sample.date("2026-11-23T12:00:00+01:00")
        let blackout = try #require(policy.interval(containing: nominal, in: Sample.paris))
        #expect(blackout.isEndless)
        #expect(blackout.end.timeIntervalSince(nominal) < 402 * 86_400)
        #expect(policy.decide(nominal: nominal, leadTime: 60, in: Sample.paris) == .skipped(blackout))
    }

    @Test("a long window that began long ago still has its end")
    func longAgo() throws {
        let window = Sample.dates(Sample.day(2020, 1, 1)...Sample.day(2026, 11, 30))
        let found = try shift([window], .after, "2026-11-23T12:00:00+01:00")
        guard case .shifted(let time, _) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(time == (try Sample.date("2026-12-01T00:00:00+01:00")))
    }

    @Test("dates that are none, or that nobody schedules, are in no blackout")
    func strangeDates() {
        let policy = BlackoutPolicy(windows: [Sample.weekly(Set(0..<7))], then: .after)
        for seconds in [Double.infinity, -.infinity, .nan, 1e300, -1e18, 9e9] {
            let date = Date(timeIntervalSince1970: seconds)
            #expect(policy.interval(containing: date, in: Sample.paris) == nil)
            #expect(policy.blackouts(from: date, until: date, in: Sample.paris).isEmpty)
        }
        #expect(policy.blackouts(from: .distantPast, until: .distantPast + 86_400, in: Sample.paris).isEmpty)
    }

    @Test("the blackouts of a week are listed in order, each once")
    func listed() throws {
        let policy = BlackoutPolicy(windows: [monToFri, weekend])
        let found = policy.blackouts(
            from: try Sample.date("2026-11-19T12:00:00+01:00"), until: try Sample.date("2026-11-24T08:00:00+01:00"),
            in: Sample.paris)
        #expect(
            found.map { InstantText.format($0.start, in: Sample.paris) } == [
                "2026-11-19T08:00:00+01:00", "2026-11-20T08:00:00+01:00", "2026-11-21T00:00:00+01:00",
                "2026-11-23T08:00:00+01:00",
            ])
    }

    @Test(
        "a schedule that is never outside of its windows is found out",
        arguments: [
            ("0 2 * * *", BlackoutPolicy.Choice.skip, false), ("0 2 * * *", .after, true),
            ("0 2 * * *", .before, true), ("0 7 * * *", .skip, true), ("0 2 29 2 *", .skip, false),
            ("* * * * *", .skip, true), ("0 0-6 * * 1-3", .skip, false),
        ])
    func never(_ cron: String, _ then: BlackoutPolicy.Choice, _ expected: Bool) throws {
        let policy = BlackoutPolicy(windows: [Sample.weekly(Set(0..<7), 0, 7)], then: then)
        let schedule = CronSchedule(try CronExpression(parsing: cron), timeZone: Sample.paris)
        let now = try Sample.date("2026-11-23T12:00:00+01:00")
        #expect(policy.leavesRuns(of: schedule, after: now, leadTime: 3600) == expected)
    }

    @Test("a firing that only a change of clocks moves out of a window does not make a schedule sound")
    func movedOut() throws {
        let policy = BlackoutPolicy(windows: [Sample.weekly(Set(0..<7), 1, 3)])
        let schedule = CronSchedule(try CronExpression(parsing: "0 2 * * *"), timeZone: Sample.paris)
        let spring = try Sample.date("2026-03-29T03:00:00+02:00")
        #expect(policy.decide(nominal: spring, leadTime: 60, in: Sample.paris) == .run(at: spring))
        #expect(!policy.leavesRuns(of: schedule, after: spring - 86_400, leadTime: 60))
    }

    @Test(
        "windows without a gap leave no runs, whatever is to become of firings",
        arguments: BlackoutPolicy.Choice.allCases)
    func always(_ then: BlackoutPolicy.Choice) throws {
        let now = try Sample.date("2026-11-23T12:00:00+01:00")
        let schedule = CronSchedule(try CronExpression(parsing: "* * * * *"), timeZone: Sample.paris)
        for windows in [
            [weekend, Sample.weekly(Set(0...4))], [Sample.dates(Sample.day(2026, 1, 1)...Sample.day(2029, 1, 1))],
        ] {
            let policy = BlackoutPolicy(windows: windows, then: then)
            #expect(!policy.leavesRuns(of: schedule, after: now, leadTime: 3600))
        }
    }
}
