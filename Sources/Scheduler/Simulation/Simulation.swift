package import Foundation
package import Maintenance
import RunStore

/// What a time to come would bring, by the very plans and decisions that the daemon goes by.
///
/// Nothing is run or written. Each run is taken to be over at once, so that no firing meets another, and the daemon to
/// be there all the time.
package struct Simulation: Sendable {
    /// A firing, and when it is handled.
    package struct Row: Hashable, Sendable {
        /// In state `ran` where it would be run.
        package let firing: FiringRecord
        package let at: Date
    }

    private let plans: [FiringPlan]
    private let pauses: [String: [PauseRecord]]

    /// - Parameters:
    ///   - checklists: those without a schedule play no part.
    ///   - pauses: what is paused, or will be.
    ///   - host: what jitter goes by, beside the checklist.
    package init(_ checklists: [Checklist], pauses: [PauseRecord], host: String) {
        plans = checklists.compactMap { FiringPlan($0, host: host) }
        self.pauses = Dictionary(grouping: pauses, by: \.checklist)
    }

    /// Every firing that is handled after `start` and up to `end`, by when that is.
    ///
    /// - Parameters:
    ///   - start: the instant before all of them.
    ///   - end: the last instant that counts.
    ///   - limit: no more than so many.
    /// - Returns: the rows, and whether there would be more.
    package func rows(after start: Date, until end: Date, limit: Int) -> (rows: [Row], isCut: Bool) {
        var cursors: [String: ScheduleCursor] = [:]
        for plan in plans {
            cursors[plan.checklist] = ScheduleCursor(enteredUntil: start.addingTimeInterval(-plan.delay))
        }
        var agenda = Agenda(plans, cursors, now: start)
        var rows: [Row] = []
        while let now = agenda.nextDue, now <= end {
            for plan in agenda.takeDue(now: now) {
                guard var cursor = cursors[plan.checklist] else { continue }
                let entry = FiringDecisions(plan: plan, pauses: pauses[plan.checklist] ?? [], now: now).entry(cursor)
                cursor.enteredUntil = entry.ledger.enteredUntil
                cursor.enteredAhead = cursor.enteredAhead.union(entry.ledger.firings.map(\.nominalTime))
                    .filter { $0 > entry.ledger.enteredUntil }
                cursors[plan.checklist] = cursor
                agenda.move(plan.checklist, cursor, now: now)
                for var firing in entry.ledger.firings {
                    if firing.state == .running { firing.state = .ran }
                    rows.append(Row(firing: firing, at: now))
                }
            }
            if rows.count > limit { return (Array(rows.prefix(limit)), true) }
        }
        return (rows, false)
    }
}
