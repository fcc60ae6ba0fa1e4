import Foundation
import History
import Maintenance
import RunStore

struct HistoryShape: Encodable {
    struct Rules: Encodable {
        let days: Int
        let failed_days: Int
        let runs: Int
        let bytes: Int
        let ledger_days: Int
        let state_bytes: Int
    }

    struct Checklist: Encodable {
        let checklist: String
        let runs: Int
        let bytes: Int
        let removed_runs: Int
        @OrNull var removed_until: Date?
    }

    let rules: Rules
    let runs: Int
    let bytes: Int
    @OrNull var oldest_run: Date?
    let firings: Int
    let removed_firings: Int
    @OrNull var oldest_firing: Date?
    let state: StateShape
    let checklists: [Checklist]
    let would_remove: WouldRemoveShape
    let clock_behind_seconds: Double
    @OrNull var last_applied: Date?

    init(_ status: HistoryStatus, _ limits: HistoryRules) {
        let totals = status.totals
        rules = Rules(
            days: limits.days, failed_days: limits.failedDays, runs: limits.runs, bytes: limits.bytes,
            ledger_days: limits.ledgerDays, state_bytes: limits.stateBytes)
        runs = totals.runs
        bytes = totals.bytes
        firings = totals.firings
        removed_firings = totals.removedFirings
        state = StateShape(used_bytes: status.room.usedBytes, free_bytes: status.room.freeBytes)
        checklists = totals.checklists.map {
            Checklist(
                checklist: $0.checklist, runs: $0.runs, bytes: $0.bytes, removed_runs: $0.expiredRuns,
                removed_until: $0.expiredUntil)
        }
        would_remove = WouldRemoveShape(status)
        clock_behind_seconds = status.clock.lag
        oldest_run = totals.oldestRun
        oldest_firing = totals.oldestFiring
        last_applied = status.applied
    }
}

struct StateShape: Encodable {
    let used_bytes: Int
    let free_bytes: Int
}

struct WouldRemoveShape: Encodable {
    let runs: [String: Int]
    let bytes: Int
    let firings: Int
    let state_bytes: Int

    init(_ status: HistoryStatus) {
        runs = byReason(status.removals)
        bytes = status.removedBytes
        firings = status.removedFirings
        state_bytes = status.excessBytes
    }
}

struct HistoryResultShape: Encodable {
    struct Removed: Encodable {
        let runs: [String: Int]
        let bytes: Int
        let firings: Int
    }

    let removed: Removed
    let adopted_runs: Int
    let problems: [String]
    let state: StateShape

    init(_ result: HistoryResult) {
        removed = Removed(
            runs: byReason(result.removedRuns), bytes: result.removedBytes, firings: result.removedFirings)
        adopted_runs = result.adoptedRuns
        problems = result.problems
        state = StateShape(used_bytes: result.stateBytes - result.freeBytes, free_bytes: result.freeBytes)
    }
}

/// Every reason has its key, be it 0.
private func byReason(_ counts: [RemovalReason: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: RemovalReason.allCases.map { ($0.rawValue, counts[$0] ?? 0) })
}
