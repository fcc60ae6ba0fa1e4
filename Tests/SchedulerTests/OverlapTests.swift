import Foundation
import Maintenance
import RunStore
import Runner
import ServiceLifecycle
import Synchronization
import Testing

@testable import Scheduler

/// What becomes of a firing that comes while its checklist runs.
@Suite(.timeLimit(.minutes(2)))
struct OverlapTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        var testDescription: String {
            "\(policy.rawValue), \(isRunning ? "running" : "free"), \(isWaiting ? "one waits" : "none waits")"
        }
        let policy: OverlapPolicy
        let isRunning: Bool
        let isWaiting: Bool
        let decision: OverlapRule.Decision
    }

    private static let table: [(OverlapPolicy, OverlapRule.Decision, OverlapRule.Decision)] = [
        (.skip, .skip, .skip), (.queueOne, .wait, .skip), (.queueAll, .wait, .wait),
        (.cancelRunning, .replace(kills: false), .replace(kills: false)),
        (.killRunning, .replace(kills: true), .replace(kills: true)), (.allow, .run, .run),
    ]

    @Test(
        "each cell of the table",
        arguments: table.flatMap { policy, alone, crowded in
            [
                Cell(policy: policy, isRunning: false, isWaiting: false, decision: .run),
                Cell(policy: policy, isRunning: true, isWaiting: false, decision: alone),
                Cell(policy: policy, isRunning: true, isWaiting: true, decision: crowded),
            ]
        })
    func cell(_ cell: Cell) {
        #expect(OverlapRule.decide(cell.policy, isRunning: cell.isRunning, isWaiting: cell.isWaiting) == cell.decision)
    }

    @Test("the table has every policy") func complete() {
        #expect(Set(Self.table.map(\.0)) == Set(OverlapPolicy.allCases))
    }

    /// What four firings of one instant come to: the runs that began, in order, and how the ledger has them.
    struct Outcome: Sendable, CustomTestStringConvertible {
        var testDescription: String { policy.rawValue }
        let policy: OverlapPolicy
        /// By the hour.
        let began: [Int]
        let states: [FiringState]
        var mostAtOnce = 1
    }

    @Test(
        "firings that are due together meet the same table as live ones",
        arguments: [
            Outcome(policy: .skip, began: [9], states: [.late, .skipped, .skipped, .skipped]),
            Outcome(policy: .queueOne, began: [9, 10], states: [.late, .late, .skipped, .skipped]),
            Outcome(policy: .queueAll, began: [9, 10, 11, 12], states: [.late, .late, .late, .late]),
            Outcome(
                policy: .cancelRunning, began: [12], states: [.skipped, .skipped, .skipped, .late]),
            Outcome(
                policy: .killRunning, began: [12], states: [.skipped, .skipped, .skipped, .late]),
            Outcome(
                policy: .allow, began: [9, 10, 11, 12], states: [.late, .late, .late, .late], mostAtOnce: 4),
        ])
    func together(_ expected: Outcome) async throws {
        let ledger = try Ledger()
        let noon = try instant("2026-03-10T12:00:00Z")
        let schedule = try schedule(
            "0 * * * *", zone: "UTC", missed: MissedPolicy(run: .all), overlap: expected.policy)
        try ledger.watch(schedule, since: noon.addingTimeInterval(-3 * 3600 - 1))
        let crowd = Crowd(leavesAt: expected.mostAtOnce)
        let runner = StubRunner { asked, order throws(RunError) in await crowd.pass(asked, order) }
        let clock = JumpingClock(noon.addingTimeInterval(1800), until: noon.addingTimeInterval(1801))
        let store = ledger.store
        try await run([try daemon([checklist("x", schedule)], ledger, runner, clock)]) {
            // Not to be read just now is not yet.
            let rows = (try? store.firings()) ?? []
            return rows.count == 4 && rows.allSatisfy { $0.state != .running }
        }
        let hours: (Date) -> Int = { 12 + Int($0.timeIntervalSince(noon) / 3600) }
        #expect(runner.all.map { hours($0.nominalTime) }.sorted() == expected.began)
        #expect(try ledger.store.firings().map(\.state) == expected.states)
        #expect(crowd.mostAtOnce == expected.mostAtOnce)
        let reasons = try ledger.store.firings(state: .skipped).map(\.reason)
        #expect(reasons.allSatisfy { $0?.hasPrefix("overlap: the ") == true }, "\(reasons)")
    }

    @Test("a run that goes on is ended for the next firing", arguments: [OverlapPolicy.cancelRunning, .killRunning])
    func ended(policy: OverlapPolicy) async throws {
        let ledger = try Ledger()
        let noon = try instant("2026-03-10T12:00:00Z")
        let schedule = try schedule("0 * * * *", zone: "UTC", overlap: policy)
        let stopped = Mutex<[(Date, Bool)]>([])
        let runner = StubRunner { asked, order throws(RunError) in
            guard asked.nominalTime < noon, let stop = order.stop else { return }
            while stop.reason == nil { await Task.yield() }
            stopped.withLock { $0.append((asked.nominalTime, stop.kills)) }
        }
        let clock = JumpingClock(noon.addingTimeInterval(-3601), until: noon.addingTimeInterval(1))
        let store = ledger.store
        try await run([try daemon([checklist("x", schedule)], ledger, runner, clock)]) {
            // Not to be read just now is not yet.
            let rows = (try? store.firings()) ?? []
            return rows.count == 2 && rows.allSatisfy { $0.state != .running }
        }
        #expect(stopped.withLock { $0 }.map(\.0) == [noon.addingTimeInterval(-3600)])
        #expect(stopped.withLock { $0 }.allSatisfy { $0.1 == (policy == .killRunning) })
        #expect(try ledger.store.firings().map(\.state) == [.ran, .ran])
    }
}

/// Runs that end when all who are expected at once are there, or when they are told to.
private final class Crowd: Sendable {
    private struct State {
        var now = 0
        var most = 0
    }

    private let state = Mutex(State())
    private let expected: Int
    var mostAtOnce: Int { state.withLock { $0.most } }

    init(leavesAt expected: Int) { self.expected = expected }

    func pass(_ asked: StubRunner.Asked, _ order: ChecklistRunner.Order) async {
        state.withLock { state in
            state.now += 1
            state.most = max(state.most, state.now)
        }
        defer { state.withLock { $0.now -= 1 } }
        while mostAtOnce < expected { await Task.yield() }
        // The others of this instant have come by now: they are told of before any run begins.
        await Task.yield()
    }
}
