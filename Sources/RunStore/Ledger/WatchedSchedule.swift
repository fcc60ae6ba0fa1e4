package import Foundation
package import Maintenance

/// A schedule as the ledger knows it.
package struct WatchedSchedule: Hashable, Sendable {
    package let checklist: String
    /// What its firings follow from, in words; with other words it counts as a new schedule, watched from then on.
    package let rule: String
    /// How long after its nominal time each firing is due, in seconds.
    package let delay: TimeInterval

    package init(checklist: String, rule: String, delay: TimeInterval = 0) {
        self.checklist = checklist
        self.rule = rule
        self.delay = delay
    }
}

/// Which firings of a schedule are in the ledger.
package struct ScheduleCursor: Hashable, Sendable {
    /// Every firing up to this nominal time has its row.
    package var enteredUntil: Date
    /// The nominal times after ``enteredUntil`` that have their row already.
    package var enteredAhead: Set<Date>

    package init(enteredUntil: Date, enteredAhead: Set<Date> = []) {
        self.enteredUntil = enteredUntil
        self.enteredAhead = enteredAhead
    }
}

/// What is to be entered of one schedule.
package struct LedgerEntry: Hashable, Sendable {
    /// The rows, each claimed to be run (`running`) or with the reason why not.
    package var firings: [FiringRecord]
    /// Every firing up to this nominal time has its row then.
    package var enteredUntil: Date

    package init(_ firings: [FiringRecord], enteredUntil: Date) {
        self.firings = firings
        self.enteredUntil = enteredUntil
    }
}
