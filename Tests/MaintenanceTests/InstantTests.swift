import Foundation
import Testing

@testable import Maintenance

@Suite("Instants as texts")
struct InstantTests {
    @Test(
        "is written with the offset that the zone has then",
        arguments: [
            (1_795_309_200, "Europe/Paris", "2026-11-22T02:00:00+01:00"),
            (1_782_000_000, "Europe/Paris", "2026-06-21T02:00:00+02:00"),
            (1_795_309_200, "GMT", "2026-11-22T01:00:00Z"),
            (1_795_309_200, "Asia/Kathmandu", "2026-11-22T06:45:00+05:45"),
            (1_795_309_200, "America/St_Johns", "2026-11-21T21:30:00-03:30"),
            // Both passes of a repeated hour, and both sides of a skipped one.
            (1_792_888_200, "Europe/Paris", "2026-10-25T02:30:00+02:00"),
            (1_792_891_800, "Europe/Paris", "2026-10-25T02:30:00+01:00"),
            (1_774_745_999, "Europe/Paris", "2026-03-29T01:59:59+01:00"),
            (1_774_746_000, "Europe/Paris", "2026-03-29T03:00:00+02:00"),
            (0, "GMT", "1970-01-01T00:00:00Z"), (-1, "GMT", "1969-12-31T23:59:59Z"),
            (951_782_400, "GMT", "2000-02-29T00:00:00Z"),
            (-62_135_596_800, "GMT", "0001-01-01T00:00:00Z"), (253_402_300_799, "GMT", "9999-12-31T23:59:59Z"),
        ] as [(Double, String, String)])
    func format(_ seconds: Double, _ zone: String, _ text: String) throws {
        let timeZone = try #require(TimeZone(identifier: zone))
        let date = Date(timeIntervalSince1970: seconds)
        #expect(InstantText.format(date, in: timeZone) == text)
        #expect(InstantText.parse(text) == date)
    }

    @Test(
        "milliseconds are rounded, and carried where they must be",
        arguments: [
            (0.5, "00:00:00.500Z"), (0.0004, "00:00:00.000Z"), (0.0006, "00:00:00.001Z"), (0.9996, "00:00:01.000Z"),
            (1.001, "00:00:01.001Z"), (59.9999, "00:01:00.000Z"),
        ])
    func milliseconds(_ seconds: Double, _ time: String) {
        #expect(
            InstantText.format(Date(timeIntervalSince1970: seconds), in: .gmt, milliseconds: true) == "1970-01-01T"
                + time)
    }

    @Test(
        "is read with every offset and fraction of ISO 8601",
        arguments: [
            ("2026-11-22T02:00:00Z", 1_795_312_800), ("2026-11-22T02:00:00z", 1_795_312_800),
            ("2026-11-22t02:00:00+0100", 1_795_309_200), ("2026-11-22T02:00:00+01", 1_795_309_200),
            ("2026-11-22T02:00Z", 1_795_312_800), ("2026-11-22T02:00:00-00:00", 1_795_312_800),
            ("2026-11-22T02:00:00.5Z", 1_795_312_800.5), ("2026-11-22T02:00:00,250Z", 1_795_312_800.25),
            ("2026-11-22T02:00:00.123456789123Z", 1_795_312_800.123456789), ("2016-12-31T23:59:60Z", 1_483_228_800),
            ("2017-01-01T00:59:60+01:00", 1_483_228_800), ("1900-01-01T00:09:21+00:09:21", -2_208_988_800),
            ("2024-02-29T00:00:00Z", 1_709_164_800),
        ] as [(String, Double)])
    func parse(_ text: String, _ seconds: Double) throws {
        let date = try #require(InstantText.parse(text))
        #expect(abs(date.timeIntervalSince1970 - seconds) < 0.000_001)
    }

    @Test(
        "what is no instant is not read",
        arguments: [
            "", "2026-11-22", "2026-11-22T02:00:00", "2026-11-22T02:00:00Zfoo", " 2026-11-22T02:00:00Z",
            "2026-11-22T02:00:00Z ",
            "2026-02-30T02:00:00Z", "2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-00T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T02:60:00Z",
            "2026-11-22T02:00:60Z",
            "2026-11-22T02:00:61Z", "2026-11-22 02:00:00Z", "12026-11-22T02:00:00Z", "2026-1-2T02:00:00Z",
            "2026-11-22T2:00:00Z",
            "2026-11-22T02:00:00.Z", "2026-11-22T02:00:00+", "2026-11-22T02:00:00+1:00", "2026-11-22T02:00:00+24:00",
            "2026-11-22T02:00:00+01:60", "2026-11-22T02:00:00+01:", "2026-11-22T02:00:00+01:00:",
            "2026-11-22T02:00:00Z+01:00",
            "２０２６-11-22T02:00:00Z", "-2026-11-22T02:00:00Z", "20261122T020000Z", "now",
        ])
    func malformed(_ text: String) {
        #expect(InstantText.parse(text) == nil)
    }

    @Test("every day from 1582 to 2399 is read as it was written")
    func everyDay() {
        var date = Date(timeIntervalSince1970: -12_219_292_800)
        while date.timeIntervalSince1970 < 13_569_465_600 {
            let text = InstantText.format(date, in: .gmt)
            guard InstantText.parse(text) == date else {
                Issue.record("\(text)")
                return
            }
            date.addTimeInterval(86_400 * 7 + 3_599)
        }
    }

    @Test(
        "zones agree with Foundation",
        arguments: ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia"])
    func foundation(_ zone: String) throws {
        let timeZone = try #require(TimeZone(identifier: zone))
        let style = Date.ISO8601FormatStyle(timeZone: timeZone).year().month().day().dateSeparator(.dash)
            .time(includingFractionalSeconds: false).timeSeparator(.colon).timeZone(separator: .colon)
        for step in 0..<2_000 {
            let date = Date(timeIntervalSince1970: Double(step) * 1_000_003 - 3e8)
            #expect(InstantText.format(date, in: timeZone) == date.formatted(style))
        }
    }

    @Test("instants that no calendar reaches do not trap", arguments: [Double.infinity, -.infinity, 1e300, -1e300])
    func extremes(_ seconds: Double) {
        #expect(!InstantText.format(Date(timeIntervalSince1970: seconds), in: .gmt, milliseconds: true).isEmpty)
    }
}
