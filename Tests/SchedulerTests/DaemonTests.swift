import DurableFiles
import Foundation
import Maintenance
import RunStore
import Runner
import ServiceLifecycle
import ServiceLifecycleTestKit
import Synchronization
import SystemPackage
import Testing

@testable import Scheduler

/// One daemon through starts, ends and failures.
@Suite(.timeLimit(.minutes(2)))
struct DaemonTests {
    private let hour: Date

    init() throws { hour = try instant("2026-03-10T12:00:00Z") }

    /// A daemon that was last seen `hours` ago, and comes back at half past.
    private func comeBack(
        _ policy: MissedPolicy, after hours: Double, overlap: OverlapPolicy = .skip, runner: StubRunner
    ) async throws -> [FiringRecord] {
        let ledger = try Ledger()
        let schedule = try schedule("0 * * * *", zone: "UTC", missed: policy, overlap: overlap)
        try ledger.watch(schedule, since: hour.addingTimeInterval(-hours * 3600 + 1))
        let clock = JumpingClock(hour.addingTimeInterval(1800), until: hour.addingTimeInterval(1801))
        let daemon = try daemon([checklist("x", schedule)], ledger, runner, clock)
        let store = ledger.store
        try await run([daemon]) {
            // Settled, or not to be read just now.
            let rows = (try? store.firings()) ?? []
            return !rows.isEmpty && rows.allSatisfy { $0.state != .running }
        }
        return try ledger.store.firings()
    }

    @Test(
        "what was missed while nothing ran is in the ledger by the policy",
        arguments: [
            (MissedPolicy.Choice.latest, [FiringState.missed, .merged, .late]), (.all, [.missed, .late, .late]),
            (.none, [.missed, .missed, .missed]),
        ])
    func missed(choice: MissedPolicy.Choice, states: [FiringState]) async throws {
        let runner = StubRunner()
        let rows = try await comeBack(
            MissedPolicy(run: choice, within: TimeSpan(.seconds(2 * 3600))), after: 3, overlap: .queueAll,
            runner: runner)
        #expect(rows.map(\.state) == states)
        #expect(runner.all.count == states.filter { $0 == .late }.count)
        #expect(rows.allSatisfy { ($0.run != nil) == ($0.state == .late) })
    }

    @Test("a firing that finds its checklist running is skipped, with the reason")
    func overlap() async throws {
        let runner = StubRunner { _, _ throws(RunError) in
            throw .alreadyRunning(checklist: "x", holder: "process 7 has it")
        }
        let rows = try await comeBack(MissedPolicy(), after: 1, runner: runner)
        #expect(rows.map(\.state) == [.skipped])
        #expect(rows.first?.reason == "overlap: process 7 has it")
    }

    @Test("a run that cannot be recorded stops the daemon")
    func unrecorded() async throws {
        let runner = StubRunner { _, _ throws(RunError) in throw .notRecorded(nil, reason: "the disk is gone") }
        let error = await #expect(throws: RunError.self) {
            try await comeBack(MissedPolicy(), after: 1, runner: runner)
        }
        #expect(error?.description.contains("the disk is gone") == true)
    }

    @Test("a daemon that is told to end does not first enter years of firings, and the next one does")
    func shutdownBeforeEntering() async throws {
        let ledger = try Ledger()
        let schedule = try schedule("*/5 * * * *", zone: "UTC")
        try ledger.watch(schedule, since: hour.addingTimeInterval(-10 * 86_400))
        let clock = JumpingClock(hour.addingTimeInterval(1), until: hour.addingTimeInterval(2))
        let runner = StubRunner()
        let stopping = try daemon([checklist("x", schedule)], ledger, runner, clock)
        try await testGracefulShutdown { trigger in
            trigger.triggerGracefulShutdown()
            try await stopping.run()
        }
        #expect(try ledger.store.firings().isEmpty)
        let store = ledger.store
        let next = try daemon([checklist("x", schedule)], ledger, runner, clock)
        try await run([next]) { ((try? store.firings()) ?? []).last?.state == .ran }
        #expect(try ledger.store.firings().count == 10 * 288)
    }

    @Test("shutdown ends a wait at once")
    func shutdownWhileWaiting() async throws {
        let ledger = try Ledger()
        let daemon = try daemon(
            [checklist("x", schedule("0 0 1 1 *")), checklist("by hand", nil)], ledger, StubRunner(), SystemWallClock())
        let start = ContinuousClock.now
        try await run([daemon]) { true }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(try ledger.store.firings().isEmpty)
    }

    @Test("a daemon that waits looks at its agenda no more often than it must")
    func patience() async throws {
        let ledger = try Ledger()
        let looks = Looks()
        let service = try daemon(
            [checklist("x", schedule("0 0 1 1 *"))], ledger, StubRunner(), SystemWallClock(), onLook: looks.add)
        let start = ContinuousClock.now
        try await run([service]) { ContinuousClock.now - start > .milliseconds(500) }
        #expect((1...3).contains(looks.count))
    }

    private final class Looks: Sendable {
        private let looks = Mutex(0)
        var count: Int { looks.withLock { $0 } }
        func add(_ scheduled: Int) { looks.withLock { $0 += 1 } }
    }

    @Test("a daemon without schedules waits for shutdown")
    func noSchedules() async throws {
        let ledger = try Ledger()
        try await run([try daemon([], ledger, StubRunner(), SystemWallClock())]) { true }
        #expect(try Folder.entries(of: ledger.root.appending("locks")).isEmpty)
    }

    @Test("at shutdown what runs may end, and what has not begun is open again")
    func shutdownWhileRunning() async throws {
        let ledger = try Ledger()
        let schedule = try schedule("0 * * * *", zone: "UTC", missed: MissedPolicy(run: .all), overlap: .queueAll)
        try ledger.watch(schedule, since: hour.addingTimeInterval(-7201))
        let isRunning = Mutex(false)
        let runner = StubRunner { _, _ throws(RunError) in
            isRunning.withLock { $0 = true }
            // Only shutdown lets it end.
            while !Task.isShuttingDownGracefully { await Task.yield() }
        }
        let clock = JumpingClock(hour.addingTimeInterval(1800), until: hour.addingTimeInterval(1801))
        let daemon = try daemon([checklist("x", schedule)], ledger, runner, clock)
        try await run([daemon]) { isRunning.withLock { $0 } }
        #expect(runner.all.count == 1)
        let rows = try ledger.store.firings()
        #expect(rows.map(\.state) == [.late])
        // The next daemon runs the other two.
        let next = StubRunner()
        let store = ledger.store
        try await run([try successor(ledger, schedule, next)]) {
            // Not to be read just now is not yet.
            (try? store.firings().allSatisfy { $0.state == .late && $0.run != nil }) == true && next.all.count == 2
        }
        #expect(try ledger.store.firings().map(\.state) == [.late, .late, .late])
    }

    private func successor(_ ledger: Ledger, _ schedule: ScheduleDefinition, _ runner: StubRunner) throws
        -> SchedulerService
    {
        let clock = JumpingClock(hour.addingTimeInterval(1800), until: hour.addingTimeInterval(1801))
        return try daemon([checklist("x", schedule)], ledger, runner, clock)
    }

    @Test("what a killed daemon had claimed is run by the next one")
    func abandoned() async throws {
        let ledger = try Ledger()
        let schedule = try schedule("0 * * * *", zone: "UTC")
        try ledger.watch(schedule, since: hour.addingTimeInterval(-1))
        let plan = try #require(FiringPlan(checklist("x", schedule), host: "h"))
        _ = try ledger.store.enterDue([plan.watched], now: hour, by: "daemon-1-gone") { _, _ in
            LedgerEntry(
                [FiringRecord(checklist: "x", nominalTime: hour, state: .running, reason: nil, run: nil)],
                enteredUntil: hour)
        }
        let runner = StubRunner()
        let store = ledger.store
        try await run([try successor(ledger, schedule, runner)]) {
            // Not to be read just now is not yet.
            (try? store.firings().map(\.state)) == [.late]
        }
        #expect(runner.all.map(\.nominalTime) == [hour])
    }

    @Test("what another daemon had claimed is run when that one is killed, though nothing in the store changes")
    func killedBeside() async throws {
        let ledger = try Ledger()
        let schedule = try schedule("0 * * * *", zone: "UTC")
        try ledger.watch(schedule, since: hour.addingTimeInterval(-1))
        let plan = try #require(FiringPlan(checklist("x", schedule), host: "h"))
        let other = try ledger.presence()
        _ = try ledger.store.enterDue([plan.watched], now: hour, by: other.name) { _, _ in
            LedgerEntry(
                [FiringRecord(checklist: "x", nominalTime: hour, state: .running, reason: nil, run: nil)],
                enteredUntil: hour)
        }
        let runner = StubRunner()
        let store = ledger.store
        let looks = Looks()
        let clock = JumpingClock(hour.addingTimeInterval(1800), until: hour.addingTimeInterval(1801))
        let service = try daemon([checklist("x", schedule)], ledger, runner, clock) { count in
            looks.add(count)
            // After it was seen alive: what is left of a killed one is a lock that nobody holds.
            if looks.count == 1 { other.end() }
        }
        try await run([service]) {
            // Not to be read just now is not yet.
            (try? store.firings().map(\.state)) == [.late]
        }
        #expect(runner.all.map(\.nominalTime) == [hour])
        #expect(looks.count > 1)
    }

    @Test("a presence is alive until it ends, and a name that is none is dead")
    func presence() throws {
        let folder = FilePath(NSTemporaryDirectory()).appending("ronde-presence-\(UUID().uuidString)")
        defer {
            // What stays is in the temporary folder.
            try? Folder.removeTree(folder)
        }
        try Folder.create(folder)
        try DurableFile.write([], to: folder.appending("daemon-9-9.lock"), permissions: .ownerReadWrite)
        let one = try DaemonPresence(in: folder, pid: 1)
        let other = try DaemonPresence(in: folder, pid: 1)
        #expect(one.name != other.name)
        #expect(one.isAlive(other.name) && one.isAlive(one.name))
        other.end()
        #expect(!one.isAlive(other.name))
        for name in ["daemon-1-2", "", "../x", "daemon-../../x"] { #expect(!one.isAlive(name)) }
        #expect(try Folder.entries(of: folder).count == 1)
    }

    @Test("jitter is stable, spread, and below its bound")
    func jitter() {
        let delays = (0..<100).map { StableJitter.delay(upTo: TimeSpan(.seconds(600)), checklist: "c\($0)", host: "h") }
        #expect(delays.allSatisfy { (0..<600).contains($0) })
        #expect(Set(delays).count > 60)
        #expect(delays[3] == StableJitter.delay(upTo: TimeSpan(.seconds(600)), checklist: "c3", host: "h"))
        #expect(StableJitter.delay(upTo: TimeSpan(.zero), checklist: "c", host: "h") == 0)
    }
}
