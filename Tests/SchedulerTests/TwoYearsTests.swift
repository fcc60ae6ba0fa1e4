import Cron
import Foundation
import Maintenance
import RunStore
import Testing

@testable import Scheduler

/// Years of firings under a clock that jumps from one to the next.
@Suite(.timeLimit(.minutes(4)))
struct TwoYearsTests {
    private let start: Date
    private let end: Date

    init() throws {
        start = try instant("2026-01-01T00:00:30+01:00")
        end = try instant("2028-01-01T00:00:30+01:00")
    }

    private func nominal(_ schedule: ScheduleDefinition) -> [Date] {
        CronSchedule(schedule.cron, timeZone: schedule.timeZone).firings(after: start).lazy.map(\.instant)
            .prefix { $0 <= end }.map(\.self)
    }

    @Test(
        "each firing runs once, on time, and is in the ledger",
        arguments: [
            "0 2 * * *", "30 2 * * *", "0 2 * * 0", "0 4 1 * *", "0 */6 * * *",
        ])
    func each(cron: String) async throws {
        let ledger = try Ledger()
        let runner = StubRunner()
        let clock = JumpingClock(start, until: end)
        let schedule = try schedule(cron, overlap: .queueAll)
        let daemon = try daemon([checklist("x", schedule)], ledger, runner, clock)
        let store = ledger.store
        try await run([daemon]) {
            // Not to be read just now is not yet; virtual years are over before all runs are.
            clock.now >= clock.end && (try? store.firings().allSatisfy { $0.state != .running }) == true
        }
        let nominal = nominal(schedule)
        #expect(nominal.count >= 24)
        let rows = try ledger.store.firings()
        #expect(rows.map(\.nominalTime) == nominal)
        #expect(Set(rows.map(\.state)) == [.ran])
        #expect(runner.all.map(\.nominalTime).sorted() == nominal)
        #expect(Set(runner.all.map(\.trigger)) == [.schedule])
    }

    @Test("two daemons on one store run each firing once")
    func twoDaemons() async throws {
        let ledger = try Ledger()
        let runner = StubRunner()
        let schedule = try schedule("0 2 * * *", overlap: .queueAll)
        let clocks = (0..<2).map { _ in JumpingClock(start, until: end) }
        let daemons = try clocks.map { try daemon([checklist("x", schedule)], ledger, runner, $0) }
        try await run(daemons) { clocks.allSatisfy { $0.now >= $0.end } }
        #expect(try ledger.store.firings().map(\.nominalTime) == nominal(schedule))
        #expect(runner.all.map(\.nominalTime).sorted() == nominal(schedule))
    }

    @Test("a clock that is set forth and back loses no firing and runs none twice", arguments: 1...4)
    func steppedClock(seed: Int) async throws {
        let ledger = try Ledger()
        let runner = StubRunner()
        let schedule = try schedule("0 2 * * *", overlap: .queueAll)
        let clock = JumpingClock(start, until: end)
        clock.onPassing { clock in
            // A step at about every tenth wake, the same ones for a seed.
            let mixed = (Int(clock.now.timeIntervalSince1970) / 3600 &* 2_654_435_761 &+ seed &* 40_503) & 0xFFFF
            guard mixed % 10 == 0, clock.now < clock.end - 20 * 86_400 else { return }
            clock.advance(Double(mixed - 0x6000) * 10)
        }
        let daemon = try daemon([checklist("x", schedule)], ledger, runner, clock)
        try await run([daemon]) { clock.now >= clock.end }
        let rows = try ledger.store.firings(from: start)
        #expect(rows.map(\.nominalTime) == nominal(schedule))
        #expect(Set(rows.map(\.state)).isSubset(of: [.ran, .late, .merged, .missed]))
        #expect(Set(runner.all.map(\.nominalTime)).count == runner.all.count)
    }

    @Test("jitter puts off each firing by the same time, and the ledger keeps its hour")
    func jitter() async throws {
        let ledger = try Ledger()
        let clock = JumpingClock(start, until: end)
        let schedule = try schedule("0 2 1 * *", overlap: .queueAll, jitter: 3600)
        let delay = StableJitter.delay(upTo: schedule.jitter, checklist: "x", host: "h")
        #expect(delay > 0 && delay < 3600)
        let runner = StubRunner()
        let daemon = try daemon([checklist("x", schedule)], ledger, runner, clock)
        try await run([daemon]) { clock.now >= clock.end }
        #expect(try ledger.store.firings().map(\.nominalTime) == nominal(schedule))
        #expect(Set(runner.all.map(\.trigger)) == [.schedule])
    }
}
