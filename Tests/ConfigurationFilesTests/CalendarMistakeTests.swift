import Foundation
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Mistakes in iCalendar files")
struct CalendarMistakeTests {
    private static let day = "DTSTART;VALUE=DATE:20260101"
    private static let zoned = "DTSTART;TZID=Europe/Paris:20260101T080000"

    @Test(
        "what is wrong or not supported is named at its line and column",
        arguments: [
            ([day, "RRULE:FREQ=YEARLY;BYSETPOS=1"], "6:19", "BYSETPOS is not supported"),
            ([day, "RRULE:FREQ=YEARLY;BYWEEKNO=1"], "6:19", "BYWEEKNO is not supported"),
            ([day, "RRULE:FREQ=YEARLY;BYHOUR=1"], "6:19", "BYHOUR is not supported"),
            ([day, "RRULE:FREQ=HOURLY"], "6:12", "supported: DAILY, WEEKLY, MONTHLY, YEARLY"),
            ([day, "RRULE:FREQ=YEARYL"], "6:12", "did you mean 'YEARLY'?"),
            ([day, "RRULE:INTERVAL=2"], "6:7", "has no FREQ"),
            ([day, "RRULE:FREQ=DAILY;INTERVALL=2"], "6:18", "did you mean 'INTERVAL'?"),
            ([day, "RRULE:FREQ=DAILY;INTERVAL=0"], "6:27", "from 1 to 10000"),
            ([day, "RRULE:FREQ=DAILY;INTERVAL=99999999999999999999"], "6:27", "from 1 to 10000"),
            ([day, "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260201"], "6:7", "not both"),
            ([day, "RRULE:FREQ=DAILY;FREQ=DAILY"], "6:18", "given twice"),
            ([day, "RRULE:FREQ=DAILY;UNTIL=20251231"], "6:24", "before 'DTSTART'"),
            ([day, "RRULE:FREQ=DAILY;UNTIL=20260131T200000Z"], "6:24", "UNTIL must be a date"),
            ([zoned, "RRULE:FREQ=DAILY;UNTIL=20260131"], "6:24", "UNTIL must be a time in UTC"),
            ([zoned, "RRULE:FREQ=DAILY;UNTIL=20260131T080000"], "6:24", "UNTIL must be a time in UTC"),
            ([day, "RRULE:FREQ=WEEKLY;BYDAY=MO"], "6:7", "leaves out the day of 'DTSTART'"),
            ([day, "RRULE:FREQ=WEEKLY;BYDAY=1TH"], "6:25", "only a monthly or yearly rule"),
            ([day, "RRULE:FREQ=WEEKLY;BYDAY=TH,XX"], "6:28", "no day such as MO"),
            ([day, "RRULE:FREQ=YEARLY;BYDAY=0TH"], "6:25", "no day such as MO"),
            ([day, "RRULE:FREQ=WEEKLY;BYMONTHDAY=1"], "6:30", "no BYMONTHDAY"),
            ([day, "RRULE:FREQ=MONTHLY;BYMONTHDAY=0"], "6:31", "and not 0"),
            ([day, "RRULE:FREQ=MONTHLY;BYMONTH=13"], "6:28", "from 1 to 12"),
            ([day, "RRULE:FREQ=DAILY;WKST=XX"], "6:23", "WKST"),
            ([day, "RRULE:"], "6:7", "has no FREQ"),
            ([day, "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"], "7:7", "a second 'RRULE'"),
            ([day, "EXRULE:FREQ=DAILY"], "6:8", "'EXRULE' is not supported"),
            (["DTSTART:20260230"], "5:9", "the calendar has no day '20260230'"),
            (["DTSTART:2026-01-01"], "5:9", "no date and no time"),
            (["DTSTART:20260101T250000"], "5:9", "no date and no time"),
            (["DTSTART;VALUE=DATE:20260101T080000"], "5:20", "not a DATE"),
            (["DTSTART;VALUE=PERIOD:20260101T080000Z/PT1H"], "5:22", "as 'PERIOD' is not supported"),
            (["DTSTART:20260101,20260102"], "5:9", "one time, not 2"),
            (["DTSTART;TZID=Europe/Pariss:20260101T080000"], "5:28", "did you mean 'Europe/Paris'?"),
            (["DTSTART;TZID=W. Europe Standard Time:20260101T080000"], "5:38", "is no IANA time zone"),
            (["DTSTART;TZID=EST:20260101T080000"], "5:18", "is no IANA time zone"),
            (["DTSTART;TZID=Europe/Paris:20260101T080000Z"], "5:27", "not both"),
            (["DTSTART;TZID:20260101"], "5:8", "is broken"),
            (["DTSTART"], "5:1", "no line of a calendar"),
            (["SUMMARY:no start"], "4:1", "no 'DTSTART'"),
            ([day, "DTEND;VALUE=DATE:20260101"], "6:18", "ends before it begins"),
            ([day, "DTEND:20260101T080000Z"], "6:7", "must be of one sort"),
            ([zoned, "DTEND:20260101T090000"], "6:7", "must be of one sort"),
            ([zoned, "DTEND:20260101T060000Z"], "6:7", "ends before it begins"),
            ([day, "DTEND;VALUE=DATE:20260102", "DURATION:P1D"], "7:10", "not both"),
            ([day, "DURATION:PT1H"], "6:10", "whole days"),
            ([day, "DURATION:-P1D"], "6:10", "no length of time"),
            ([day, "DURATION:P"], "6:10", "no length of time"),
            ([zoned, "DURATION:P1DT"], "6:10", "no length of time"),
            ([zoned, "DURATION:PT1D"], "6:10", "no length of time"),
            ([day, "DURATION:P999999W"], "6:10", "at most 100 years"),
            ([day, "DURATION:P367D", "RRULE:FREQ=YEARLY"], "6:10", "at most 366 days"),
            ([day, "RDATE:20260101T080000Z"], "6:7", "'RDATE' has a time in a zone"),
            ([day, "RDATE;VALUE=PERIOD:20260101T080000Z/PT1H"], "6:20", "not supported"),
            ([zoned, "EXDATE;VALUE=DATE:20260101"], "6:19", "'EXDATE' has a date"),
            ([day, "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260101"], "6:46", "'RANGE' is not supported"),
            ([day, "END:VTODO"], "6:1", "'END:VEVENT' is missing for the 'BEGIN' on line 4"),
        ])
    // `BEGIN:VEVENT` is line 4.
    func refused(_ lines: [String], _ place: String, _ words: String) {
        let mistakes = CalendarSample.mistakes(CalendarSample.text([lines]))
        #expect(mistakes.count == 1)
        #expect(
            mistakes.first?.hasPrefix("h.ics:\(place): error: ") == true && mistakes[0].contains(words), "\(mistakes)")
    }

    @Test("a mistake behind a fold is named at the line of the file")
    func folded() {
        let text = CalendarSample.text([[Self.day, "RRULE:FREQ=YEA", " RLY;BYSETP", " OS=1"]])
        #expect(CalendarSample.mistakes(text).first?.hasPrefix("h.ics:7:6: error: BYSETPOS") == true)
    }

    @Test("an event that replaces an occurrence of two events, or of one of another sort, is refused")
    func replacing() {
        let replacing = ["UID:1", "RECURRENCE-ID:20260101T080000Z", "DTSTART:20260101T080000Z"]
        for (others, words) in [
            ([["UID:1", Self.day]], "is a time in a zone"), ([["UID:1", Self.day], ["UID:1", Self.day]], "2 events"),
        ] {
            let mistakes = CalendarSample.mistakes(CalendarSample.text([replacing] + others))
            #expect(
                mistakes.count == 1 && mistakes[0].hasPrefix("h.ics:6:15: ") && mistakes[0].contains(words),
                "\(mistakes)")
        }
    }

    @Test("each faulty event is named once, and the sound ones change nothing")
    func several() {
        let text = CalendarSample.text([["DTSTART:x"], [Self.day], ["DTSTART:y", "RRULE:z"], ["SUMMARY:none"]])
        let places = CalendarSample.mistakes(text).map { $0.split(separator: ":").prefix(3).joined(separator: ":") }
        #expect(places == ["h.ics:5:9", "h.ics:11:9", "h.ics:14:1"])
    }

    @Test(
        "what is no calendar, or half of one, is refused",
        arguments: [
            ("", "1:1", "no event"), ("<!DOCTYPE html>\n<p>not here", "1:1", "no iCalendar file"),
            ("BEGIN:VCARD\nEND:VCARD", "1:1", "no iCalendar file"), ("SUMMARY:x", "1:1", "no iCalendar file"),
            ("BEGIN:VCALENDAR\nEND:VCALENDAR", "1:1", "has no event"),
            ("BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR", "2:1", "only version 2.0"),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101", "2:1", "cut short"),
            ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT", "1:1", "cut short"),
            (String(repeating: "BEGIN:VCALENDAR\n", count: 20), "17:1", "too deeply"),
            (CalendarSample.text([[day]]) + "SUMMARY:x\n", "8:1", "nothing can follow"),
            ("\u{0}\u{1}\u{2}", "1:1", "no iCalendar file"),
        ])
    func noCalendar(_ text: String, _ place: String, _ words: String) {
        let mistakes = CalendarSample.mistakes(text)
        #expect(
            mistakes.first?.hasPrefix("h.ics:\(place): error: ") == true && mistakes[0].contains(words), "\(mistakes)")
    }

    @Test("bytes that are no UTF-8 are refused where they would be read")
    func encoding() {
        var bytes = Array(CalendarSample.text([[Self.day, "SUMMARY:Noel"]]).utf8)
        let index = bytes.lastIndex(of: UInt8(ascii: "o")) ?? 0
        bytes[index] = 0xEB
        guard case .mistakes(let mistakes) = CalendarParser.parse(bytes, file: "h.ics", name: "h.ics") else {
            Issue.record("it is Latin-1")
            return
        }
        #expect(
            mistakes.map(\.description) == ["h.ics:6:1: error: 'SUMMARY' is not UTF-8 text; save the calendar in UTF-8"]
        )
    }

    @Test("too many events, dates or mistakes end the reading")
    func limits() {
        let many = CalendarSample.text(Array(repeating: [Self.day], count: CalendarParser.mostEvents + 1))
        #expect(CalendarSample.mistakes(many).first?.contains("more than 20000 events") == true)
        let dates = Array(repeating: "20260101", count: CalendarParser.mostEvents).joined(separator: ",")
        let wide = CalendarSample.text([[Self.day, "RDATE:\(dates)"]])
        #expect(CalendarSample.mistakes(wide).first?.contains("more than 20000 events and dates") == true)
        let faulty = CalendarSample.text(Array(repeating: ["DTSTART:x"], count: 5000))
        #expect(CalendarSample.mistakes(faulty).count == 100)
    }

    @Test("a calendar cut off at any byte, or with any byte changed, is read or refused and never crashes")
    func damaged() {
        let text = CalendarSample.text([
            [
                "UID:1", Self.zoned, "DURATION:P1DT2H", "RRULE:FREQ=YEARLY;BYDAY=1TH;UNTIL=20300101T070000Z",
                "SUMMARY:\\n\\",
            ],
            ["UID:1", "RECURRENCE-ID:20260101T070000Z", "DTSTART:20260103T070000Z", "DTEND:20260103T090000Z"],
        ])
        let bytes = Array(text.utf8)
        // Without the last line end it is whole still.
        for count in 0..<bytes.count - 2 {
            if case .calendar = CalendarParser.parse(Array(bytes[..<count]), file: "h", name: "h") {
                Issue.record("\(count) bytes are not the whole calendar")
            }
        }
        for index in bytes.indices {
            for byte in [0, 0x0A, 0x20, 0x22, 0x2C, 0x2D, 0x39, 0x3A, 0x3B, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                _ = CalendarParser.parse(changed, file: "h", name: "h")
            }
        }
    }
}
