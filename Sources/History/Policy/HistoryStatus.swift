package import Foundation
import Maintenance
package import RunStore

/// How much history there is, and what the rules would remove of it now.
package struct HistoryStatus: Sendable {
    package let totals: HistoryTotals
    package let room: StoreRoom
    package let clock: TrustedClock
    /// When the rules were last applied; nil for never.
    package let applied: Date?
    /// Whether all report folders were compared with the store once; until then the totals may lack some.
    package let isComplete: Bool
    /// Runs that the rules would remove, and the room of their reports.
    package internal(set) var removals: [RemovalReason: Int] = [:]
    package internal(set) var removedBytes = 0
    /// Rows of the ledger that they would remove; those that are the newest of their checklist are counted too.
    package internal(set) var removedFirings = 0
    /// By how much the state database is larger than it may become, in bytes; its oldest rows would go too.
    package internal(set) var excessBytes = 0

    package var removedRuns: Int { removals.values.reduce(0, +) }
}

extension History {
    /// Looks at all there is and changes nothing.
    ///
    /// - Parameters:
    ///   - now: the clock on the wall.
    ///   - confirmsClock: as for ``apply(clock:whenDue:confirmsClock:shouldStop:)``.
    /// - Returns: what there is.
    /// - Throws: `RunStoreError`.
    package func status(at now: Date, confirmsClock: Bool = false) async throws -> HistoryStatus {
        let clock = try trustedClock(at: now, confirmed: confirmsClock)
        var status = HistoryStatus(
            totals: try store.historyTotals(), room: try store.room(), clock: clock, applied: try store.note(.applied),
            isComplete: try store.note(.stock) != nil)
        let plan = try await plan(clock: clock) {}
        var (position, oldest): (RunPosition?, Date?) = (nil, status.totals.oldestRun)
        while let start = oldest, start <= plan.newestRemoval {
            let page = try store.pastRuns(beyond: position, oldestFirst: true, limit: 2000)
            for run in page {
                guard case .remove(let reason) = plan.decide(run) else { continue }
                status.removals[reason, default: 0] += 1
                status.removedBytes += run.bytes
            }
            (position, oldest) = (page.last?.position, page.last?.startedAt)
        }
        let cut = clock.now - TimeInterval(rules.ledgerDays) * 86_400
        status.removedFirings = try store.firingRows(before: cut)
        status.excessBytes = max(0, status.room.usedBytes - rules.stateBytes)
        return status
    }
}
