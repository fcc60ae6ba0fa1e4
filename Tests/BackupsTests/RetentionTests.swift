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
}
