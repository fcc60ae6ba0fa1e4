import Foundation
import Maintenance
import RunStore
import Testing

@Suite(.timeLimit(.minutes(2)))
struct LedgerTests {
    @Test("of many who enter a firing at once, one is told that it did")
    func once() async throws {
        let folder = StoreFolder()
        _ = try folder.open()
        let winners = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                group.addTask { @concurrent in
                    let store = try folder.open()
                    return try (0..<20).reduce(0) { try $0 + store.enter([claim(Double($1))], by: "d\(number)").count }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(winners == 20)
        #expect(try folder.open().firings().count == 20)
    }

    @Test("a schedule is open since it was first seen, since its newest row, or since it changed")
    func openSince() throws {
        let store = try StoreFolder().open()
        func since(_ cron: String, at seconds: Double) throws -> Double {
            try store.openSince(checklist: "daily", cron: cron, now: noon.addingTimeInterval(seconds))
                .timeIntervalSince(noon)
        }
        #expect(try since("x", at: 0) == 0)
        #expect(try since("x", at: 100) == 0)
        _ = try store.enter([claim(50), claim(500)])
        #expect(try since("x", at: 100) == 50)
        #expect(try since("x", at: 1000) == 500)
        // The clock was ahead and is set back: rows of the future hide nothing.
        #expect(try since("x", at: 10) == 0)
        #expect(try since("x", at: -1000) == -1000)
        #expect(try since("x", at: 1000) == 500)
        #expect(try since("y", at: 2000) == 2000)
        #expect(try since("y", at: 3000) == 2000)
    }

    @Test("a claim whose daemon is gone is settled by its run, given back, or missed")
    func abandoned() throws {
        let store = try StoreFolder().open()
        _ = try store.enter([claim(0), claim(60), claim(120), claim(180), claim(240)], by: "dead")
        _ = try store.enter([claim(300)], by: "alive")
        func begin(_ seconds: Double, _ trigger: RunTrigger) throws -> RunReport {
            var report = try report(trigger: trigger, nominal: noon.addingTimeInterval(seconds))
            report.run = try store.begin(report, timeZone: .gmt)
            return report
        }
        let ended = try begin(0, .schedule)
        try store.end(ended)
        let late = try begin(60, .late)
        try store.end(late)
        _ = try begin(120, .schedule)
        _ = try begin(180, .manual)
        let settled = try store.settleAbandoned(checklist: "daily") { $0 == "alive" }
        #expect(settled.map(\.state) == [.missed, .missed, .late, .ran])
        let rows = try store.firings()
        #expect(rows.map(\.state) == [.ran, .late, .running, .missed, .missed, .running])
        #expect(rows[0].run == ended.run && rows[1].run == late.run)
        #expect(try store.settleAbandoned(checklist: "daily") { $0 == "alive" }.isEmpty)
    }

    @Test("the newest claims that never began are open again")
    func givenBack() throws {
        let store = try StoreFolder().open()
        _ = try store.openSince(checklist: "daily", cron: "x", now: noon.addingTimeInterval(-60))
        _ = try store.enter([claim(0), claim(60)], by: "dead")
        let settled = try store.settleAbandoned(checklist: "daily") { _ in false }
        #expect(settled.map(\.state) == [.running, .running])
        #expect(try store.firings().isEmpty)
        #expect(
            try store.openSince(checklist: "daily", cron: "x", now: noon.addingTimeInterval(99))
                == noon.addingTimeInterval(-60))
    }

    @Test("a claim is given back only where none is after it")
    func giveBack() throws {
        let store = try StoreFolder().open()
        _ = try store.enter([claim(0), claim(60)])
        #expect(try !store.giveBack(claim(0)))
        #expect(try store.giveBack(claim(60)))
        #expect(try store.giveBack(claim(0)))
        #expect(try !store.giveBack(claim(0)))
        _ = try store.enter([claim(0, state: .missed)])
        #expect(try !store.giveBack(claim(0)))
    }

    @Test("an interrupted run settles the firing that it answered, one by hand none")
    func interrupted() throws {
        let store = try StoreFolder().open()
        _ = try store.enter([claim(0)])
        var report = try report()
        report.interruption = "killed"
        try store.settleFiring(of: report)
        #expect(try store.firings().first?.state == .ran)
        #expect(try store.firings().first?.reason == "killed")
        report.trigger = .manual
        report.interruption = "other"
        try store.settleFiring(of: report)
        #expect(try store.firings().first?.reason == "killed")
    }

    @Test("a hundred thousand firings are entered in seconds")
    func many() throws {
        let store = try StoreFolder().open()
        let rows = (0..<100_000).map { claim(Double($0) * 60, state: .missed) }
        let start = ContinuousClock.now
        #expect(try store.enter(rows).count == rows.count)
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(try store.firings(from: noon.addingTimeInterval(60), until: noon.addingTimeInterval(180)).count == 2)
    }

    @Test("dates beyond all clocks are no crash")
    func farDates() throws {
        let store = try StoreFolder().open()
        #expect(try store.firings(from: .distantPast, until: .distantFuture).isEmpty)
        #expect(
            try store.firings(from: Date(timeIntervalSince1970: -1e300), until: Date(timeIntervalSince1970: 1e300))
                .isEmpty)
    }
}
