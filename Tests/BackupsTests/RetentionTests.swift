import Backups
import Foundation
import Testing

@Suite("Retention of a tier")
struct RetentionTests {
    /// The positions of the sets that stay, from the newest.
    private func kept(
        _ instants: [String], _ unit: CalendarUnit, keep: Int, now: String = "2030-01-01T00:00:00Z",
        zone: TimeZone = paris
    ) throws -> [Int] {
        let candidates = try instants.map { RetentionCandidate(instant: try instant($0)) }
        return try Retention.plan(candidates, unit: unit, keep: keep, timeZone: zone, now: instant(now))
            .filter(\.isKept).map(\.index)
    }

    @Test(
        "keeps the newest of each of the last units that have one",
        arguments: [
            (
                "seven of nine days", CalendarUnit.day, 7,
                (14...22).map { "2026-11-\($0)T02:00:00+01:00" }, [8, 7, 6, 5, 4, 3, 2]
            ),
            (
                "missed days consume nothing", .day, 3,
                ["2026-10-01T02:00:00Z", "2026-10-02T02:00:00Z", "2026-10-03T02:00:00Z", "2026-11-22T02:00:00Z"],
                [3, 2, 1]
            ),
            (
                "only the newest of one day", .day, 2,
                ["2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z", "2026-11-22T09:00:00Z"], [2, 0]
            ),
            (
                "a day of the zone, not of UTC", .day, 7,
                ["2026-11-21T22:59:59Z", "2026-11-21T23:00:00Z"], [1, 0]
            ),
            (
                "both passes of the repeated hour are one day", .day, 7,
                ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"], [1]
            ),
            (
                "the 23-hour day", .day, 2,
                ["2026-03-28T02:30:00+01:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"], [2, 1]
            ),
            (
                "ISO weeks over the year's end", .week, 4,
                [
                    "2026-12-27T02:00:00+01:00", "2026-12-28T02:00:00+01:00", "2027-01-03T02:00:00+01:00",
                    "2027-01-04T02:00:00+01:00",
                ], [3, 2, 0]
            ),
            (
                "months", .month, 2,
                ["2026-09-30T23:00:00+02:00", "2026-10-01T02:00:00+02:00", "2026-11-01T02:00:00+01:00"], [2, 1]
            ),
            ("one is never too few", .month, 1, ["2019-01-01T00:00:00Z"], [0]),
        ] as [(String, CalendarUnit, Int, [String], [Int])])
    func keeps(_ name: String, _ unit: CalendarUnit, _ keep: Int, _ instants: [String], _ expected: [Int]) throws {
        #expect(try kept(instants, unit, keep: keep) == expected, "\(name)")
    }

    @Test("a set later than the clock stays and takes no place from the others")
    func clockSteppedBack() throws {
        let instants = ["2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z", "2031-01-01T02:00:00Z", "2031-01-02T02:00:00Z"]
        #expect(try kept(instants, .day, keep: 2, now: "2026-11-21T03:00:00Z") == [3, 2, 1, 0])
    }

    @Test("a set that is not verified neither counts nor goes")
    func unverified() throws {
        let candidates = [
            RetentionCandidate(instant: try instant("2026-11-20T02:00:00Z")),
            RetentionCandidate(instant: try instant("2026-11-21T02:00:00Z"), isVerified: false),
            RetentionCandidate(instant: try instant("2020-01-01T02:00:00Z"), isVerified: false),
        ]
        let decisions = try Retention.plan(
            candidates, unit: .day, keep: 1, timeZone: paris, now: instant("2026-11-22T02:00:00Z"))
        #expect(decisions.filter { !$0.isKept }.isEmpty)
    }

    @Test("each decision says why and how many units are left")
    func reasons() throws {
        let candidates = try [
            "2026-11-08T02:00:00Z", "2026-11-15T02:00:00Z", "2026-11-15T04:00:00Z", "2026-11-22T02:00:00Z",
        ]
        .map { RetentionCandidate(instant: try instant($0)) }
        let decisions = try Retention.plan(
            candidates, unit: .week, keep: 2, timeZone: paris, now: instant("2026-11-22T03:00:00Z"))
        #expect(
            decisions.map(\.reason) == [
                "newest of 2026-W47, 1 of 2", "newest of 2026-W46, 2 of 2",
                "2026-W46 has a newer one, of 2026-11-15T05:00:00+01:00",
                "older than the last 2 weeks that have a backup",
            ])
        #expect(decisions.map(\.unitsLeft) == [1, 0, 0, 0])
    }

    @Test("to keep nothing is refused", arguments: [0, -1])
    func zero(_ keep: Int) {
        #expect(throws: BackupError.keepsNothing(keep)) {
            try Retention.plan([], unit: .day, keep: keep, timeZone: paris, now: Date())
        }
    }

    @Test("whatever the instants, the newest verified set that the clock has reached stays")
    func newestStays() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let now = Date(timeIntervalSince1970: 1_800_000_000)
            let candidates = (0..<Int.random(in: 1...30, using: &generator)).map { _ in
                RetentionCandidate(
                    instant: now.addingTimeInterval(.random(in: -4e7...4e6, using: &generator)),
                    isVerified: .random(using: &generator))
            }
            let unit = CalendarUnit.allCases.randomElement(using: &generator) ?? .day
            let decisions = try Retention.plan(candidates, unit: unit, keep: 1, timeZone: paris, now: now)
            #expect(!decisions.filter(\.isKept).isEmpty)
            let counted = candidates.indices.filter { candidates[$0].isVerified && candidates[$0].instant <= now }
            guard let newest = counted.max(by: { candidates[$0].instant < candidates[$1].instant }) else { continue }
            #expect(decisions.first { $0.index == newest }?.isKept == true)
            #expect(decisions.filter { $0.isKept && counted.contains($0.index) }.count == 1)
        }
    }

    @Test(
        "a unit is labelled as Foundation's calendar labels it",
        arguments: ["Europe/Paris", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu"])
    func labels(_ zone: String) throws {
        let zone = try #require(TimeZone(identifier: zone))
        var generator = SystemRandomNumberGenerator()
        var civil = Calendar(identifier: .gregorian)
        var iso = Calendar(identifier: .iso8601)
        (civil.timeZone, iso.timeZone) = (zone, zone)
        for _ in 0..<400 {
            let instant = Date(timeIntervalSince1970: .random(in: -8e9...8e9, using: &generator))
            let parts = civil.dateComponents([.year, .month, .day, .hour], from: instant)
            let week = iso.dateComponents([.yearForWeekOfYear, .weekOfYear], from: instant)
            let (year, month) = (try #require(parts.year), try #require(parts.month))
            let (day, hour) = (try #require(parts.day), try #require(parts.hour))
            let expected: [CalendarUnit: String] = [
                .hour: String(format: "%04d-%02d-%02d %02d h", year, month, day, hour),
                .day: String(format: "%04d-%02d-%02d", year, month, day),
                .week: String(
                    format: "%04d-W%02d", try #require(week.yearForWeekOfYear), try #require(week.weekOfYear)),
                .month: String(format: "%04d-%02d", year, month), .year: String(format: "%04d", year),
            ]
            for (unit, label) in expected {
                let decision = try Retention.plan(
                    [RetentionCandidate(instant: instant)], unit: unit, keep: 1, timeZone: zone, now: .distantFuture)
                #expect(decision[0].reason == "newest of \(label), 1 of 1")
            }
        }
    }

    @Test("at least so many verified sets stay, the newest of those that would go")
    func floor() throws {
        let instants = try (1...6).map { try instant("2026-11-22T0\($0):00:00Z") }
        var candidates = instants.map { RetentionCandidate(instant: $0) }
        candidates.append(RetentionCandidate(instant: try instant("2026-11-22T09:00:00Z"), isVerified: false))
        let decisions = try Retention.plan(
            candidates, unit: .day, keep: 7, keepAtLeast: 3, timeZone: paris, now: instant("2026-11-22T10:00:00Z"))
        #expect(decisions.filter(\.isKept).map(\.index) == [6, 5, 4, 3])
        #expect(decisions[3].reason == "kept so that there are at least 3")
        let all = try Retention.plan(
            candidates, unit: .day, keep: 1, keepAtLeast: 99, timeZone: paris, now: instant("2026-11-22T10:00:00Z"))
        #expect(all.filter(\.isKept).count == 7)
    }

    @Test("a policy decides about verified sets alone, and what is protected stays")
    func policy() throws {
        let days = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22", "2026-12-24"]
        var candidates = try days.map { RetentionCandidate(instant: try instant("\($0)T02:00:00Z")) }
        candidates[1] = RetentionCandidate(instant: candidates[1].instant, protection: "pinned: why")
        candidates[3] = RetentionCandidate(instant: candidates[3].instant, isVerified: false, whyNot: "it is bad")
        let decisions = try Retention.plan(
            candidates, rule: .policy(RetentionPolicy(daily: 2)), timeZone: paris,
            now: instant("2026-11-22T10:00:00Z"))
        #expect(
            decisions.map(\.reason) == [
                "later than the clock, which says 2026-11-22T11:00:00+01:00: not counted", "daily, 1 left",
                "not verified: neither counted nor removed (it is bad)", "daily, 0 left", "pinned: why",
                "no rule keeps it",
            ])
        #expect(decisions.map(\.unitsLeft) == [2, 1, 1, 0, 0, 0])
    }

    @Test("the explanation has positions of the input, in its order")
    func explanation() throws {
        var instants = try ["2026-11-20T02:00:00Z", "2026-11-22T02:00:00Z", "2026-11-21T02:00:00Z"].map(instant)
        instants[1] += 0.25
        let explanation = try RetentionPolicy(daily: 1, monthly: 3).explain(instants, timeZone: paris)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        #expect(
            String(decoding: try encoder.encode(explanation), as: UTF8.self) == """
                {"keep":[{"index":0,"instant":"2026-11-20T03:00:00+01:00","reasons":["oldest monthly"]},\
                {"index":1,"instant":"2026-11-22T03:00:00.250+01:00","reasons":["daily","monthly"]}],\
                "remove":[{"index":2,"instant":"2026-11-21T03:00:00+01:00"}]}
                """)
    }
}
