import Foundation
import Maintenance
import Scheduler
import Testing

struct MissedFiringsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var policy: MissedPolicy.Choice = .latest
        var within = 3600.0
        var delay = 0.0
        var atMost = 10
        /// How long ago each firing was due, in seconds, oldest first.
        let ages: [Double]
        /// For each: run, late, merged or missed.
        let become: [String]
    }

    @Test(
        "what becomes of firings that are due",
        arguments: [
            Row(testDescription: "nothing due", ages: [], become: []),
            Row(testDescription: "on time", ages: [0], become: ["run"]),
            Row(testDescription: "just punctual", ages: [90], become: ["run"]),
            Row(testDescription: "just late", ages: [91], become: ["late"]),
            Row(testDescription: "just within", ages: [3600], become: ["late"]),
            Row(testDescription: "just missed", ages: [3601], become: ["missed"]),
            Row(testDescription: "newest late", ages: [3000, 2000, 1000], become: ["merged", "merged", "late"]),
            Row(testDescription: "older merged into one on time", ages: [3000, 0], become: ["merged", "run"]),
            Row(testDescription: "some too old", ages: [9000, 3000, 0], become: ["missed", "merged", "run"]),
            Row(testDescription: "all too old", ages: [9000, 8000], become: ["missed", "missed"]),
            Row(testDescription: "all: each", policy: .all, ages: [9000, 3000, 0], become: ["missed", "late", "run"]),
            Row(testDescription: "all: two on time", policy: .all, ages: [60, 0], become: ["run", "run"]),
            Row(
                testDescription: "all: no more than the newest", policy: .all, atMost: 2, ages: [3000, 2000, 1000, 0],
                become: ["missed", "missed", "late", "run"]),
            Row(
                testDescription: "all: on time and too many", policy: .all, atMost: 1, ages: [60, 0],
                become: ["missed", "run"]),
            Row(
                testDescription: "the number is for all alone", atMost: 2, ages: [3000, 2000, 0],
                become: ["merged", "merged", "run"]),
            Row(testDescription: "latest: two on time", ages: [60, 0], become: ["merged", "run"]),
            Row(testDescription: "none: on time", policy: .none, ages: [0], become: ["run"]),
            Row(testDescription: "none: late", policy: .none, ages: [100], become: ["missed"]),
            Row(testDescription: "none: both", policy: .none, ages: [3000, 0], become: ["missed", "run"]),
            Row(
                testDescription: "a window of nothing still knows what is on time", within: 0, ages: [50],
                become: ["run"]),
            Row(testDescription: "delay counts as on time", delay: 600, ages: [600], become: ["run"]),
            Row(testDescription: "late beyond the delay", delay: 600, ages: [691], become: ["late"]),
        ])
    func table(row: Row) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let due = row.ages.map { now.addingTimeInterval(-$0) }
        let planned = due.map { PlannedFiring(nominalTime: $0, due: $0.addingTimeInterval(row.delay)) }
        let decided = MissedFirings.decide(
            due: planned, now: now,
            policy: MissedPolicy(run: row.policy, within: TimeSpan(.seconds(row.within)), atMost: row.atMost))
        #expect(decided.map(\.nominalTime) == due)
        let words = decided.map { _, decision in
            switch decision {
            case .run(.schedule): "run"
            case .run: "late"
            case .merged(let into): into == due.last ? "merged" : "merged into another"
            case .missed: "missed"
            case .skipped: "skipped"
            }
        }
        #expect(words == row.become)
    }
}
