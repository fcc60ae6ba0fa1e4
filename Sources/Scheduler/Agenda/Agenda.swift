import Foundation
import HeapModule
import RunStore

/// All schedules of the daemon, by when their next firing is due.
///
/// A value without a clock or a store. Ten thousand schedules cost one wait, not ten thousand.
struct Agenda: Sendable {
    /// A schedule that is watched.
    struct Entry: Sendable {
        let plan: FiringPlan
        /// When its next firing is due; in the distant future where there is none.
        fileprivate(set) var due: Date
    }

    private struct Slot: Comparable, Sendable {
        let due: Date
        let checklist: String

        static func < (left: Slot, right: Slot) -> Bool {
            (left.due, left.checklist) < (right.due, right.checklist)
        }
    }

    /// By checklist.
    private(set) var entries: [String: Entry] = [:]
    // A slot whose entry has another due time by now is stale, and dropped when it comes up.
    private var slots = Heap<Slot>()

    init() {}

    /// Puts schedules where they stand; all that were there before are forgotten.
    init(_ plans: [FiringPlan], _ cursors: [String: ScheduleCursor], now: Date) {
        for plan in plans {
            guard let cursor = cursors[plan.checklist] else { continue }
            entries[plan.checklist] = Entry(plan: plan, due: plan.nextDue(cursor, now: now))
        }
        slots = Heap(entries.map { Slot(due: $0.value.due, checklist: $0.key) })
    }

    /// When the next firing of all is due; nil where there is none at all.
    var nextDue: Date? {
        mutating get {
            while let first = slots.min {
                if entries[first.checklist]?.due == first.due { return first.due == .distantFuture ? nil : first.due }
                slots.removeMin()
            }
            return nil
        }
    }

    /// The schedules of which a firing is due by now, those that were due first coming first.
    ///
    /// Each must be moved on with ``move(_:_:now:)`` before the next look.
    mutating func takeDue(now: Date) -> [FiringPlan] {
        var due: [FiringPlan] = []
        while let next = nextDue, next <= now, let slot = slots.popMin() {
            guard let entry = entries[slot.checklist] else { continue }
            due.append(entry.plan)
        }
        return due
    }

    /// Says where a schedule stands now.
    mutating func move(_ checklist: String, _ cursor: ScheduleCursor, now: Date) {
        guard let entry = entries[checklist] else { return }
        let due = entry.plan.nextDue(cursor, now: now)
        entries[checklist]?.due = due
        slots.insert(Slot(due: due, checklist: checklist))
    }
}
