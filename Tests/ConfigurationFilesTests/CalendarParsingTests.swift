import Foundation
import Maintenance
import Testing
import YAMLDocument

@testable import ConfigurationFiles

/// Writes calendars and reads them.
enum CalendarSample {
    /// A calendar of events whose lines are given without `BEGIN` and `END`.
    static func text(_ events: [[String]], lineEnd: String = "\r\n") -> String {
        let lines = events.flatMap { ["BEGIN:VEVENT"] + $0 + ["END:VEVENT"] }
        return (["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//EN"] + lines + ["END:VCALENDAR", ""])
            .joined(separator: lineEnd)
    }

    static func parse(_ text: String) -> CalendarParser.Result {
        CalendarParser.parse(Array(text.utf8), file: "h.ics", name: "h.ics")
    }

    /// The blackouts of a year in Paris, as `start end label`.
    static func windows(_ text: String, _ years: Range<Int> = 2026..<2027) throws -> [String] {
        guard case .calendar(let calendar) = parse(text) else {
            Issue.record("\(mistakes(text))")
            return []
        }
        let zone = try #require(TimeZone(identifier: "Europe/Paris"))
        func start(_ year: Int) throws -> Date { try #require(InstantText.parse("\(year)-01-01T00:00:00+01:00")) }
        return BlackoutPolicy(windows: [.calendar(calendar)])
            .blackouts(from: try start(years.lowerBound), until: try start(years.upperBound), in: zone)
            .map { blackout in
                let times = [blackout.start, blackout.end].map { date in
                    InstantText.format(date, in: zone).dropLast(9).replacing("T00:00", with: "")
                }
                return "\(times[0]) \(times[1]) \(blackout.label.replacing("h.ics: ", with: ""))"
            }
    }

    static func mistakes(_ text: String) -> [String] {
        guard case .mistakes(let mistakes) = parse(text) else { return [] }
        return mistakes.map(\.description)
    }
}

@Suite("Reading iCalendar files")
struct CalendarParsingTests {
    @Test(
        "rules name the days that dateutil and the calendar on the wall name",
        arguments: [
            ("20260101", "FREQ=YEARLY", "20260101 20270101 20280101 20290101 20300101 20310101"),
            ("20240229", "FREQ=YEARLY", "20240229 20280229 20320229 20360229 20400229 20440229"),
            ("20260131", "FREQ=MONTHLY", "20260131 20260331 20260531 20260731 20260831 20261031"),
            ("20261126", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "20261126 20271125 20281123 20291122 20301128 20311127"),
            ("20260329", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "20260329 20270328 20280326 20290325 20300331 20310330"),
            ("20260119", "FREQ=YEARLY;BYMONTH=1;BYDAY=+3MO", "20260119 20270118 20280117 20290115 20300121 20310120"),
            (
                "20260213", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
                "20260213 20260313 20261113 20270813 20281013 20290413"
            ),
            (
                "20261103", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
                "20261103 20301105 20341107 20381102 20421104 20461106"
            ),
            (
                "20260105", "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,WE",
                "20260105 20260107 20260119 20260121 20260202 20260204"
            ),
            ("20260805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=WE,SU;WKST=MO", "20260805 20260809 20260819 20260823"),
            ("20260805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=WE,SU;WKST=SU", "20260805 20260816 20260819 20260830"),
            ("20260130", "FREQ=MONTHLY;BYMONTHDAY=-2", "20260130 20260227 20260330 20260429 20260530 20260629"),
            ("20260102", "FREQ=DAILY;INTERVAL=10;COUNT=5", "20260102 20260112 20260122 20260201 20260211"),
            ("20260518", "FREQ=YEARLY;BYDAY=20MO", "20260518 20270517 20280515 20290514 20300520 20310519"),
            ("20260131", "FREQ=MONTHLY;BYMONTHDAY=15,-1;UNTIL=20260228", "20260131 20260215 20260228"),
            ("20260115", "freq=yearly;bymonthday=15;count=3;", "20260115 20260215 20260315"),
            ("20261231", "FREQ=YEARLY;UNTIL=20281231T225959Z", "20261231 20271231 20281231"),
        ])
    func rules(_ start: String, _ rule: String, _ days: String) throws {
        let text = CalendarSample.text([["DTSTART;VALUE=DATE:\(start)", "RRULE:\(rule)"]])
        guard case .calendar(let calendar) = CalendarSample.parse(text) else {
            Issue.record("\(CalendarSample.mistakes(text))")
            return
        }
        let recurrence = try #require(calendar.events.first?.recurrence)
        let found = (19_000..<30_000).lazy.filter(recurrence.contains).prefix(6).map { number in
            let day = CalendarDay(number: number)
            return "\(day.year * 10_000 + day.month * 100 + day.day)"
        }
        #expect(found.joined(separator: " ") == days)
        if rule.contains("COUNT") || rule.contains("UNTIL") {
            #expect((20_000..<80_000).count(where: recurrence.contains) == days.split(separator: " ").count)
        }
    }

    @Test("dates, local times, UTC and zones are each read as they mean it")
    func times() throws {
        let text = CalendarSample.text([
            ["SUMMARY:day", "DTSTART;VALUE=DATE:20260101"],
            ["SUMMARY:days", "DTSTART;VALUE=DATE:20260110", "DTEND;VALUE=DATE:20260113"],
            ["SUMMARY:bare", "DTSTART:20260201", "DURATION:P2D"],
            ["SUMMARY:local", "DTSTART:20260301T080000", "DTEND:20260301T093000"],
            ["SUMMARY:utc", "DTSTART:20260401T080000Z", "DURATION:PT1H30M"],
            ["SUMMARY:zone", "DTSTART;TZID=\"America/New_York\":20260501T080000", "DTEND;TZID=UTC:20260501T130000"],
            ["SUMMARY:prefix", "DTSTART;TZID=/example.org/Tz/Asia/Tokyo:20260601T080000", "DURATION:P1DT2H"],
            ["SUMMARY:spring", "DTSTART;TZID=Europe/Paris:20260328T120000", "DURATION:P1D"],
            ["SUMMARY:nothing", "DTSTART:20260701T080000Z"],
        ])
        #expect(
            try CalendarSample.windows(text) == [
                "2026-01-01 2026-01-02 day", "2026-01-10 2026-01-13 days", "2026-02-01 2026-02-03 bare",
                "2026-03-01T08:00 2026-03-01T09:30 local", "2026-03-28T12:00 2026-03-29T12:00 spring",
                "2026-04-01T10:00 2026-04-01T11:30 utc", "2026-05-01T14:00 2026-05-01T15:00 zone",
                "2026-06-01T01:00 2026-06-02T03:00 prefix",
            ])
    }

    @Test("a repeated time stays at its hour in its own zone, whose clocks change on other days")
    func zonedRule() throws {
        let text = CalendarSample.text([
            [
                "SUMMARY:call", "DTSTART;TZID=America/New_York:20260306T090000",
                "DTEND;TZID=America/New_York:20260306T100000", "RRULE:FREQ=WEEKLY;UNTIL=20260403T130000Z",
            ]
        ])
        #expect(
            try CalendarSample.windows(text) == [
                "2026-03-06T15:00 2026-03-06T16:00 call", "2026-03-13T14:00 2026-03-13T15:00 call",
                "2026-03-20T14:00 2026-03-20T15:00 call", "2026-03-27T14:00 2026-03-27T15:00 call",
                "2026-04-03T15:00 2026-04-03T16:00 call",
            ])
    }

    @Test("EXDATE leaves out, RDATE adds, and RECURRENCE-ID moves or cancels an occurrence")
    func exceptions() throws {
        let text = CalendarSample.text([
            [
                "UID:1", "SUMMARY:a", "DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=MONTHLY;COUNT=6",
                "EXDATE;VALUE=DATE:20260201,20260301", "EXDATE;VALUE=DATE:20260401",
                "RDATE;VALUE=DATE:20260215,20260220",
            ],
            ["UID:1", "SUMMARY:moved", "RECURRENCE-ID;VALUE=DATE:20260501", "DTSTART;VALUE=DATE:20260507"],
            ["UID:1", "RECURRENCE-ID;VALUE=DATE:20260220", "DTSTART;VALUE=DATE:20260220", "STATUS:cancelled"],
            ["UID:2", "SUMMARY:b", "DTSTART:20260801T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"],
            [
                "UID:2", "SUMMARY:b2", "RECURRENCE-ID;TZID=Europe/Paris:20260802T120000",
                "DTSTART:20260802T150000Z", "DURATION:PT1H",
            ],
            ["UID:3", "SUMMARY:gone", "STATUS:CANCELLED", "DTSTART;VALUE=DATE:20260901"],
            ["UID:4", "SUMMARY:free", "TRANSP:TRANSPARENT", "DTSTART;VALUE=DATE:20260902"],
        ])
        #expect(
            try CalendarSample.windows(text) == [
                "2026-01-01 2026-01-02 a", "2026-02-15 2026-02-16 a", "2026-05-07 2026-05-08 moved",
                "2026-06-01 2026-06-02 a", "2026-08-01T12:00 2026-08-01T13:00 b",
                "2026-08-02T17:00 2026-08-02T18:00 b2",
                "2026-08-03T12:00 2026-08-03T13:00 b", "2026-09-02 2026-09-03 free",
            ])
    }

    @Test("a file as programs write them is read: folded lines, zones, alarms, other components, a byte order mark")
    func realistic() throws {
        let text = """
            \u{FEFF}BEGIN:VCALENDAR
            VERSION:2.0
            X-WR-CALNAME:Jours fériés
            BEGIN:VTIMEZONE
            TZID:Europe/Paris
            BEGIN:STANDARD
            DTSTART:19701025T030000
            RRULE:FREQ=YEARLY;BYSETPOS=1;BYDAY=-1SU
            END:STANDARD
            END:VTIMEZONE
            BEGIN:VTODO
            DTSTART:nonsense
            END:VTODO
            BEGIN:VEVENT
            DTSTART;X-A="a:b;c";VALUE=DATE:202
             61225
            SUMMARY;LANGUAGE=fr:No\u{EB}l\\, jour de f
            \t\u{EA}te\\net \\; de \u{202E}repos
            DESCRIPTION:RRULE\\: none
            BEGIN:VALARM
            DURATION:PT15M
            TRIGGER:-P1D
            END:VALARM
            END:VEVENT
            END:VCALENDAR
            """
        let expected = ["2026-12-25 2026-12-26 No\u{EB}l, jour de f\u{EA}te et ; de repos"]
        #expect(try CalendarSample.windows(text) == expected)
        #expect(try CalendarSample.windows(text.replacing("\n", with: "\r\n")) == expected)
    }

    @Test("a fold in the midst of a character is undone")
    func foldedCharacter() throws {
        let head = Array("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20261225\r\nSUMMARY:No".utf8)
        let bytes = head + [0xC3, 0x0D, 0x0A, 0x20, 0xAB] + Array("l\r\nEND:VEVENT\r\nEND:VCALENDAR".utf8)
        guard case .calendar(let calendar) = CalendarParser.parse(bytes, file: "h.ics", name: "h.ics") else {
            Issue.record("it is a calendar")
            return
        }
        #expect(calendar.events.map(\.label) == ["h.ics: Noël"])
    }
}
