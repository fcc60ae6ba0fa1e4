import Foundation
import Maintenance
import RunStore
import Testing

@testable import Scheduler

/// Checklists that are paused.
@Suite(.timeLimit(.minutes(2)))
struct PauseTests {
    private let noon: Date

    init() throws { noon = try instant("2026-03-10T12:00:00Z") }

    /// What became of the firings of 10, 11 and 12 o'clock when a daemon comes back at half past twelve.
    private func comeBack(_ pauses: [PauseRecord], resumedAt: Date? = nil) async throws -> [FiringRecord] {
        let ledger = try Ledger()
        let schedule = try schedule("0 * * * *", zone: "UTC", missed: MissedPolicy(run: .all), overlap: .queueAll)
        try ledger.watch(schedule, since: noon.addingTimeInterval(-7201))
        for pause in pauses { try ledger.store.pause(pause) }
        if let resumedAt { #expect(try ledger.store.resume("x", at: resumedAt)) }
        let clock = JumpingClock(noon.addingTimeInterval(1800), until: noon.addingTimeInterval(1801))
        let store = ledger.store
        try await run([try daemon([checklist("x", schedule)], ledger, StubRunner(), clock)]) {
            // Not to be read just now is not yet.
            let rows = (try? store.firings()) ?? []
            return rows.count == 3 && rows.allSatisfy { $0.state != .running }
        }
        return try ledger.store.firings()
    }

    private func pause(_ since: Double, _ until: Double?, _ checklist: String = "x") -> PauseRecord {
        PauseRecord(
            checklist: checklist, reason: "the disk is moved", since: noon.addingTimeInterval(since * 3600),
            until: until.map { noon.addingTimeInterval($0 * 3600) })
    }

    @Test("firings of a pause are skipped with its reason, and the others run")
    func within() async throws {
        let rows = try await comeBack([pause(-1.5, -0.5)])
        #expect(rows.map(\.state) == [.late, .skipped, .late])
        #expect(rows[1].reason == "paused until 2026-03-10T11:30:00Z: the disk is moved")
    }

    @Test("nothing begins while the pause lasts, however late it is")
    func lasting() async throws {
        #expect(try await comeBack([pause(0.2, nil)]).map(\.state) == [.skipped, .skipped, .skipped])
    }

    @Test("its end is no part of it, and neither is what comes after it was resumed")
    func ends() async throws {
        #expect(try await comeBack([pause(-2, 0)]).map(\.state) == [.skipped, .skipped, .late])
        let resumed = try await comeBack([pause(-1.5, nil)], resumedAt: noon.addingTimeInterval(-1800))
        #expect(resumed.map(\.state) == [.late, .skipped, .late])
        let second = try await comeBack([pause(-1.5, nil), pause(-0.5, 0.1)])
        #expect(second.map(\.state) == [.late, .skipped, .skipped])
    }

    @Test("another checklist's pause is not its own")
    func other() async throws {
        #expect(try await comeBack([pause(-5, nil, "y")]).map(\.state) == [.late, .late, .late])
    }
}
