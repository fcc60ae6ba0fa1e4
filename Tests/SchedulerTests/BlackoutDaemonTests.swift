import Foundation
import Maintenance
import RunStore
import Runner
import Synchronization
import Testing

@testable import Scheduler

/// Firings in blackouts, from the schedule to the ledger.
@Suite(.timeLimit(.minutes(2)))
struct BlackoutDaemonTests {
    private let midnight: Date

    init() throws { midnight = try instant("2026-03-09T00:00:00Z") }

    /// From nine to twelve every day.
    private func policy(_ choice: BlackoutPolicy.Choice) -> BlackoutPolicy {
        BlackoutPolicy(
            windows: [.weekly(WeeklyWindow(days: Set(0...6), hours: 9 * 3600..<12 * 3600, text: "office"))],
            then: choice)
    }

    private func clock(_ date: Date) -> String { String(InstantText.format(date, in: .gmt).dropFirst(11).prefix(5)) }

    private struct Day {
        /// The hour of each row, and what became of it.
        var rows: [String]
        /// The hour of each run, and when it began.
        var began: [String]
        var reasons: Set<String?>
    }

    /// What an hourly checklist does in a part of a day.
    private func day(
        _ choice: BlackoutPolicy.Choice, from start: Double, until end: Double, watchedSince: Double? = nil,
        missed: MissedPolicy = MissedPolicy(), jitter: Double = 0
    ) async throws -> Day {
        let ledger = try Ledger()
        let schedule = try schedule(
            "0 * * * *", zone: "UTC", missed: missed, overlap: .queueAll, jitter: jitter, notDuring: policy(choice))
        if let watchedSince { try ledger.watch(schedule, since: midnight.addingTimeInterval(watchedSince * 3600)) }
        let time = JumpingClock(
            midnight.addingTimeInterval(start * 3600), until: midnight.addingTimeInterval(end * 3600))
        let began = Mutex<[(Date, Date)]>([])
        let runner = StubRunner { asked, _ throws(RunError) in
            began.withLock { $0.append((asked.nominalTime, time.now)) }
        }
        let store = ledger.store
        // A run begins a moment after its firing was entered; no hour must pass in it.
        time.standsStill { (try? store.firings().contains { $0.state == .running }) == true }
        try await run([try daemon([checklist("x", schedule)], ledger, runner, time)]) {
            // Not to be read just now is not yet.
            time.now >= time.end && (try? store.firings().allSatisfy { $0.state != .running }) == true
        }
        let rows = try ledger.store.firings()
        return Day(
            rows: rows.map { "\(clock($0.nominalTime)) \($0.state.rawValue)" },
            began: began.withLock { $0 }.map { "\(clock($0.0)) at \(clock($0.1))" },
            reasons: Set(rows.filter { $0.state == .skipped }.map(\.reason)))
    }

    @Test("skip: what is due in a blackout is skipped, with its name")
    func skip() async throws {
        let day = try await day(.skip, from: 7.5, until: 13.5)
        #expect(day.rows == ["08:00 ran", "09:00 skipped", "10:00 skipped", "11:00 skipped", "12:00 ran", "13:00 ran"])
        #expect(day.reasons == ["blackout: weekly office"])
    }

    @Test("after: all of a blackout comes to one run at its end")
    func after() async throws {
        let day = try await day(.after, from: 7.5, until: 13.5)
        #expect(day.rows == ["08:00 ran", "09:00 merged", "10:00 merged", "11:00 merged", "12:00 ran", "13:00 ran"])
        #expect(day.began.contains("12:00 at 12:00"))
    }

    @Test("before: all of a blackout comes to one run that ends before it")
    func before() async throws {
        let day = try await day(.before, from: 7.5, until: 13.5)
        #expect(day.rows == ["08:00 ran", "09:00 merged", "10:00 merged", "11:00 ran", "12:00 ran", "13:00 ran"])
        #expect(day.began.contains("11:00 at 08:59"))
        #expect(day.began.count == 4)
    }

    @Test("a simulation foretells what the daemon then does", arguments: BlackoutPolicy.Choice.allCases, [0.0, 1800])
    func foretold(choice: BlackoutPolicy.Choice, jitter: Double) async throws {
        let day = try await day(choice, from: 7.9, until: 37.9, jitter: jitter)
        let schedule = try schedule(
            "0 * * * *", zone: "UTC", overlap: .queueAll, jitter: jitter, notDuring: policy(choice))
        let start = midnight.addingTimeInterval(7.9 * 3600)
        let simulation = Simulation([checklist("x", schedule)], pauses: [], host: "h")
        let (rows, isCut) = simulation.rows(after: start, until: midnight.addingTimeInterval(37.9 * 3600), limit: 1000)
        #expect(!isCut && rows.count >= 30)
        #expect(
            rows.sorted { $0.firing.nominalTime < $1.firing.nominalTime }
                .map { "\(clock($0.firing.nominalTime)) \($0.firing.state.rawValue)" } == day.rows)
        #expect(
            rows.filter { $0.firing.state == .ran }.map { "\(clock($0.firing.nominalTime)) at \(clock($0.at))" }
                .sorted()
                == day.began.sorted())
        #expect(simulation.rows(after: start, until: start.addingTimeInterval(86_400), limit: 3).isCut)
    }

    @Test("a daemon that comes back in a blackout begins nothing in it", arguments: BlackoutPolicy.Choice.allCases)
    func backWithin(choice: BlackoutPolicy.Choice) async throws {
        let day = try await day(choice, from: 10.5, until: 11.5, watchedSince: 6.5)
        #expect(day.began.isEmpty)
        // With 'after' they are open until the blackout ends.
        #expect(day.rows.count == (choice == .after ? 0 : 5))
    }

    @Test("after: what was missed before a blackout is made up for at its end")
    func missedBefore() async throws {
        let day = try await day(.after, from: 10.5, until: 12.5, watchedSince: 6.5)
        #expect(
            day.rows == [
                "07:00 merged", "08:00 merged", "09:00 merged", "10:00 merged", "11:00 merged", "12:00 ran",
            ])
    }

    @Test("jitter comes on top, and no run that it puts off begins in a blackout")
    func jitter() async throws {
        let delay = StableJitter.delay(upTo: TimeSpan(.seconds(1800)), checklist: "x", host: "h")
        #expect(delay > 60)
        let day = try await day(.before, from: 7.9, until: 13.9, jitter: 1800)
        #expect(day.began.count == 4)
        let early = midnight.addingTimeInterval(9 * 3600 - 60)
        #expect(day.began.contains("11:00 at \(clock(early))"))
    }
}
