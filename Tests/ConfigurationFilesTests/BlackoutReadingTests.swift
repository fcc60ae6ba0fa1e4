import Foundation
import Maintenance
import SystemPackage
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Reading not_during")
struct BlackoutReadingTests {
    private static let christmas = CalendarSample.text([["SUMMARY:Christmas Day", "DTSTART;VALUE=DATE:20261225"]])

    /// Reads the file `schedules/s.yaml` of a folder, which holds just a schedule.
    private func read(
        _ notDuring: String, cron: String = "0 2 * * *", files: [String: String] = [:], limit: TimeSpan? = nil
    ) throws -> (ScheduleDefinition?, [String]) {
        let scratch = try Scratch(files)
        try scratch.write("schedules/s.yaml", "cron: \"\(cron)\"\nnot_during: \(notDuring)\n")
        let mistakes = MistakeCollector()
        let file = scratch.path("schedules/s.yaml")
        var reader = ScheduleReader(timeZone: try #require(TimeZone(identifier: "Europe/Paris")), now: Samples.now)
        reader.file = file
        if let limit { reader.timeLimit = limit }
        let root = try #require(mistakes.read(path: file.string, name: "schedules/s.yaml"))
        let schedule = reader.read(root)
        return (schedule, mistakes.mistakes.map(\.description))
    }

    private func label(_ schedule: ScheduleDefinition?, _ instant: String) throws -> String? {
        let schedule = try #require(schedule)
        let date = try #require(InstantText.parse(instant))
        return schedule.notDuring?.interval(containing: date, in: schedule.timeZone)?.label
    }

    @Test("windows of every sort are read, and each says which it is")
    func everySort() throws {
        let (schedule, mistakes) = try read(
            """

              weekly: ["mon-fri 08:00-18:00", "sat,Sunday 22:00-06:00", "fri-mon  12:00-12:30", 23:15-23:30]
              dates: [2026-12-24, 2027-05-01..2027-05-03, 07-14]
              calendars: [holidays.ics, ../other/more.ics]
              then: after
            """,
            files: [
                "schedules/holidays.ics": Self.christmas,
                "other/more.ics": Self.christmas.replacing("20261225", with: "20270621"),
            ])
        #expect(mistakes == [])
        #expect(schedule?.notDuring?.then == .after)
        for (instant, expected) in [
            ("2026-11-24T08:00:00+01:00", "weekly mon-fri 08:00-18:00"),
            ("2026-11-21T12:00:00+01:00", "weekly fri-mon 12:00-12:30"),
            ("2026-11-23T05:59:59+01:00", "weekly sat,Sunday 22:00-06:00"),
            ("2026-11-24T23:20:00+01:00", "weekly 23:15-23:30"),
            ("2027-07-14T20:00:00+02:00", "dates 07-14; weekly mon-fri 08:00-18:00"),
            ("2027-05-01T01:00:00+02:00", "dates 2027-05-01..2027-05-03"),
            ("2027-05-04T01:00:00+02:00", nil),
        ] as [(String, String?)] {
            let found = try label(schedule, instant)
            #expect(
                expected.map { found?.hasPrefix($0.split(separator: ";")[0]) == true } ?? (found == nil), "\(instant)")
        }
        #expect(try label(schedule, "2026-12-25T20:00:00+01:00")?.hasPrefix("holidays.ics: Christmas Day; ") == true)
        #expect(try label(schedule, "2026-12-24T20:00:00+01:00")?.hasPrefix("dates 2026-12-24; ") == true)
        #expect(try label(schedule, "2027-06-21T02:00:00+02:00")?.contains("more.ics: ") == true)
    }

    @Test("firings in windows are skipped where nothing else is said, and a plain schedule has no windows")
    func defaults() throws {
        let (schedule, mistakes) = try read("{weekly: [sun]}")
        #expect(mistakes == [] && schedule?.notDuring?.then == .skip && schedule?.notDuring?.windows.count == 1)
        #expect(try read("~").0?.notDuring == nil)
    }

    @Test(
        "a faulty window is named at its place",
        arguments: [
            ("{}", "2:13", "names no time"), ("{then: skip}", "2:13", "names no time"),
            ("{weekly: []}", "2:22", "from 1 to 200"), ("{weekly: sun}", "2:22", "must be a list"),
            ("{wekly: [sun]}", "2:14", "did you mean 'weekly'?"), ("[sun]", "2:13", "must be a mapping"),
            ("{weekly: [sun], then: befor}", "2:35", "did you mean 'before'?"),
            ("{weekly: [thue]}", "2:23", "did you mean 'tue'?"), ("{weekly: [mon-fri-sun]}", "2:23", "no range"),
            ("{weekly: ['mon, tue 08:00-09:00']}", "2:33", "too much"),
            ("{weekly: ['mon,']}", "2:28", "no day of the week"),
            ("{weekly: [mon 8-18]}", "2:27", "no time from 00:00 to 23:59"),
            ("{weekly: [mon 08:00]}", "2:27", "no hours such as"), ("{weekly: [24:00-25:00]}", "2:23", "to 23:59"),
            ("{weekly: [mon 08:00-24:01]}", "2:33", "to 24:00"), ("{weekly: [mon 08:60-09:00]}", "2:27", "23:59"),
            ("{weekly: [mon 08:00-09:00 x]}", "2:39", "too much"), ("{weekly: ['  ']}", "2:23", "nothing"),
            ("{weekly: ['mon ٠8:00-09:00']}", "2:28", "no time"),
            ("{dates: [2026-02-29]}", "2:22", "has no day 2026-02-29"), ("{dates: [26-12-24]}", "2:22", "no date"),
            ("{dates: [2026-12-24..2026-12-23]}", "2:34", "ends before it begins"),
            ("{dates: [2026-12-24..12-31]}", "2:34", "both dates"), ("{dates: [2026-12-24 ..]}", "2:22", "no date"),
            ("{dates: [13-01]}", "2:22", "has no day 13-01"), ("{dates: ['']}", "2:22", "must not be empty"),
            ("{calendars: [none.ics]}", "2:26", "'schedules/none.ics' cannot be read: no such file"),
            ("{calendars: [../schedules]}", "2:26", "'schedules' cannot be read: it is not a regular file"),
            ("{calendars: ['https://example.org/h.ics']}", "2:26", "not an address"),
            ("{calendars: [~/h.ics]}", "2:26", "not expanded"),
        ])
    func faulty(_ text: String, _ place: String, _ words: String) throws {
        let mistakes = try read(text).1
        let isThere = mistakes.contains { $0.hasPrefix("schedules/s.yaml:\(place): ") && $0.contains(words) }
        #expect(isThere, "\(mistakes)")
        #expect(mistakes.count == 1, "\(mistakes)")
    }

    @Test("mistakes of a calendar are named in the calendar, once however often it is named")
    func faultyCalendar() throws {
        let text = Self.christmas.replacing("20261225", with: "20261325")
        let mistakes = try read("{calendars: [../h.ics, ./../h.ics]}", files: ["h.ics": text]).1
        #expect(mistakes == ["h.ics:6:20: error: the calendar has no day '20261325'"])
    }

    @Test(
        "a schedule that is never outside of its windows is a mistake at the expression",
        arguments: [
            ("{weekly: [00:00-03:00]}", "1:7", "'0 2 * * *' is never outside of 'not_during'; choose"),
            ("{weekly: [mon-sun], then: before}", "1:7", "nor is there room for a time limit of 1h before"),
            ("{weekly: [mon-sun], then: after}", "1:7", "no window ends within 400 days"),
            ("{weekly: [01:30-00:00], then: before}", "1:7", "nor is there room for a time limit of 1h before"),
        ])
    func never(_ text: String, _ place: String, _ words: String) throws {
        let mistakes = try read(text, limit: TimeSpan(.seconds(5401))).1
        #expect(mistakes.count == 1)
        let limit = words.replacing("1h", with: "5401s")
        #expect(
            mistakes.first?.hasPrefix("schedules/s.yaml:\(place): ") == true && mistakes[0].contains(limit),
            "\(mistakes)")
    }

    @Test("a calendar that changed on disk is read anew")
    func changed() throws {
        let scratch = try Scratch(["h.ics": Self.christmas])
        func first() throws -> Int? {
            guard case .calendar(let calendar) = CalendarFile(path: scratch.path("h.ics"), name: "h.ics").read() else {
                return nil
            }
            return calendar.events.first?.start
        }
        #expect(try first() == 20_812 * 86_400)
        #expect(try first() == 20_812 * 86_400)
        try scratch.write("h.ics", Self.christmas.replacing("20261225", with: "20261226"))
        #expect(try first() == 20_813 * 86_400)
    }

    @Test("a file that is too large is not read")
    func tooLarge() throws {
        let scratch = try Scratch()
        try scratch.write("h.ics", [UInt8](repeating: 0x20, count: CalendarParser.largest + 1))
        guard case .unreadable(let reason) = CalendarFile(path: scratch.path("h.ics"), name: "h.ics").read() else {
            Issue.record("it has more than 5 MiB")
            return
        }
        #expect(reason == "it is larger than 5 MiB")
    }
}
