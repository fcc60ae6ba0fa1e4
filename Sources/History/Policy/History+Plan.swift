import Foundation
import Maintenance
import RunStore

extension History {
    /// What the rules say of all runs.
    ///
    /// - Parameters:
    ///   - clock: by which age is measured.
    ///   - pause: called between two parts of the work.
    /// - Returns: the plan, which can decide about each run.
    /// - Throws: `RunStoreError`, and whatever `pause` throws.
    func plan(clock: TrustedClock, pause: () async throws -> Void) async throws -> HistoryPlan {
        var plan = HistoryPlan(rules: rules, now: clock.now, alwaysKept: try alwaysKept())
        // Only where a limit is passed does it matter which runs are the newest.
        guard try isOverLimits() else { return plan }
        var position: RunPosition?
        while case let page = try store.pastRuns(beyond: position, limit: 2000), let last = page.last {
            for run in page { plan.survey(run) }
            position = last.position
            try await pause()
        }
        return plan
    }

    private func isOverLimits() throws -> Bool {
        let totals = try store.historyTotals()
        return totals.bytes > rules.bytes || totals.checklists.contains { $0.runs > rules.runs }
    }

    private func alwaysKept() throws -> AlwaysKept {
        var kept = AlwaysKept()
        for run in try store.landmarks().sorted(by: { $0.position > $1.position }) { kept.look(at: run) }
        var last: RunIdentifier?
        while case let page = try store.protectedRuns(after: last, limit: 1000), !page.isEmpty {
            for run in page { kept.count(held: run) }
            last = page.last?.run
        }
        return kept
    }
}
