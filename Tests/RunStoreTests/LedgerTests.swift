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

    private func cursor(
        _ store: RunStore, _ rule: String = "x", delay: Double = 0, at seconds: Double
    ) throws -> ScheduleCursor? {
        let schedule = WatchedSchedule(checklist: "daily", rule: rule, delay: delay)
        return try store.tend([schedule], now: noon.addingTimeInterval(seconds), by: "me") { _ in true }.cursors[
            "daily"]
    }

    @Test("a schedule is open since it was first seen, since what was entered, or since it changed")
    func cursors() throws {
        let store = try StoreFolder().open()
        func since(_ rule: String, at seconds: Double) throws -> Double? {
            try cursor(store, rule, at: seconds)?.enteredUntil.timeIntervalSince(noon)
        }
        #expect(try since("x", at: 0) == 0)
        #expect(try since("x", at: 100) == 0)
        _ = try store.enter([claim(50), claim(500)])
        #expect(try since("x", at: 1000) == 500)
        // The clock was ahead and is set back: from there on all is open, but for what has its row.
        #expect(
            try cursor(store, at: 10)
                == ScheduleCursor(
                    enteredUntil: noon.addingTimeInterval(10),
                    enteredAhead: [noon.addingTimeInterval(50), noon.addingTimeInterval(500)]))
        #expect(try since("x", at: 1000) == 10)
        #expect(try since("x", at: -1000) == -1000)
        // What lies before it was first seen was never called for.
        #expect(try since("x", at: 1000) == 0)
        #expect(try since("y", at: 2000) == 2000)
        #expect(try since("y", at: 3000) == 2000)
    }

    @Test("what is put off is open as long as it is not due")
    func delayed() throws {
        let store = try StoreFolder().open()
        #expect(try cursor(store, delay: 60, at: 100)?.enteredUntil == noon.addingTimeInterval(40))
    }

    @Test("a claim whose daemon is gone is settled by its run, or open again")
    func abandoned() throws {
        let store = try StoreFolder().open()
        _ = try cursor(store, at: -10)
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
        let tending = try store.tend(
            [WatchedSchedule(checklist: "daily", rule: "x")], now: noon.addingTimeInterval(400), by: "me"
        ) { $0 == "alive" }
        #expect(tending.settled.map(\.state) == [.ran, .late])
        #expect(tending.reopened.map(\.nominalTime) == [180, 240].map(noon.addingTimeInterval))
        let rows = try store.firings()
        #expect(rows.map(\.state) == [.ran, .late, .running, .running])
        #expect(rows[0].run == ended.run && rows[1].run == late.run)
        // The later row stays, and hides none of those that are open again.
        #expect(
            tending.cursors["daily"]
                == ScheduleCursor(
                    enteredUntil: Date(timeIntervalSince1970: 1_800_000_179.999),
                    enteredAhead: [noon.addingTimeInterval(300)]))
        #expect(try store.tend([], now: noon, by: "me") { $0 == "alive" }.reopened.isEmpty)
    }

    @Test("claims of living processes, and runs of those that are gone, are told of; one's own are not")
    func othersClaims() throws {
        let store = try StoreFolder().open()
        _ = try store.enter([claim(0)], by: "me")
        let alone = try store.tend([], now: noon, by: "me") { _ in true }
        #expect(!alone.hasOthersClaims && !alone.hasInterruptedRuns)
        _ = try store.enter([claim(60)], by: "other")
        #expect(try store.tend([], now: noon, by: "me") { _ in true }.hasOthersClaims)
        _ = try store.begin(try report(nominal: noon.addingTimeInterval(60)), timeZone: .gmt)
        let interrupted = try store.tend([], now: noon, by: "me") { _ in false }
        #expect(interrupted.hasInterruptedRuns && !interrupted.hasOthersClaims)
    }

    @Test("claims that are given back are open again, also where later ones are not")
    func giveBack() throws {
        let store = try StoreFolder().open()
        _ = try cursor(store, at: -10)
        _ = try store.enter([claim(0), claim(60)])
        try store.giveBack([claim(0)])
        #expect(try store.firings().map(\.nominalTime) == [noon.addingTimeInterval(60)])
        #expect(try cursor(store, at: 70)?.enteredUntil == Date(timeIntervalSince1970: 1_799_999_999.999))
        _ = try store.enter([claim(0, state: .missed)])
        try store.giveBack([claim(0)])
        #expect(try store.firings().map(\.state) == [.missed, .running])
    }

    @Test("rows that were entered while the clock was ahead are taken back, but for what ran")
    func retracted() throws {
        let store = try StoreFolder().open()
        _ = try store.enter([
            claim(0, state: .skipped), claim(60, state: .missed), claim(120, state: .merged), claim(180, state: .ran),
            claim(240, state: .late), claim(300),
        ])
        let tending = try store.tend([], now: noon.addingTimeInterval(30), by: "me") { _ in true }
        #expect(tending.retracted.map(\.state) == [.missed, .merged])
        #expect(try store.firings().map(\.state) == [.skipped, .ran, .late, .running])
    }

    @Test("rows that were entered before their hour, because of a blackout, are not taken back")
    func early() throws {
        let store = try StoreFolder().open()
        _ = try store.enterDue([WatchedSchedule(checklist: "daily", rule: "x")], now: noon, by: "a") { _, cursor in
            LedgerEntry([claim(600, state: .merged), claim(1200)], enteredUntil: cursor.enteredUntil)
        }
        #expect(try store.tend([], now: noon, by: "me") { _ in true }.retracted.isEmpty)
        #expect(try cursor(store, at: 1)?.enteredAhead.count == 2)
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

    @Test("what is no longer wanted while it is entered is not entered at all", arguments: [1, 2, 3, 4])
    func unwanted(looks: Int) throws {
        let store = try StoreFolder().open()
        let schedules = ["a", "b"].map { WatchedSchedule(checklist: $0, rule: "x") }
        func enter(while isWanted: () -> Bool) throws -> Int? {
            try store.enterDue(schedules, now: noon, by: "me", while: isWanted) { schedule, _ in
                let rows = (0..<1500).map { claim(Double($0 - 1500), schedule.checklist, state: .missed) }
                return LedgerEntry(rows, enteredUntil: noon)
            }?.entered.count
        }
        var asked = 0
        let entered = try enter {
            asked += 1
            return asked < looks
        }
        #expect(entered == nil)
        #expect(try store.firings().isEmpty)
        #expect(try enter { true } == 3000)
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
