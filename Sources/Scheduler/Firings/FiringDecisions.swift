import Foundation
import Maintenance
import RunStore

/// What becomes of the due firings of a schedule: rows for the ledger, and what started those that are to be run.
struct FiringDecisions {
    let plan: FiringPlan
    /// Of this checklist.
    let pauses: [PauseRecord]
    let now: Date

    /// A firing that is claimed, and why its run begins.
    struct Entry {
        var ledger: LedgerEntry
        /// By nominal time.
        var triggers: [Date: RunTrigger]
    }

    /// What is entered of all that is due; incomplete, and not to be used, once it is no longer wanted.
    func entry(_ cursor: ScheduleCursor, while isWanted: () -> Bool = { true }) -> Entry {
        let (due, enteredUntil) = plan.due(cursor, now: now, while: isWanted)
        var triggers: [Date: RunTrigger] = [:]
        let rows = decide(due).map { nominal, decision in
            if case .run(let trigger) = decision { triggers[nominal] = trigger }
            return row(nominal, decision)
        }
        return Entry(ledger: LedgerEntry(rows, enteredUntil: enteredUntil), triggers: triggers)
    }

    /// Those of a pause and of a blackout are skipped, and no later one makes up for them.
    private func decide(_ due: [PlannedFiring]) -> [(nominalTime: Date, decision: MissedFirings.Decision)] {
        var open: [PlannedFiring] = []
        var decided: [(nominalTime: Date, decision: MissedFirings.Decision)] = []
        let blackoutNow = plan.schedule.notDuring.flatMap { $0.interval(containing: now, in: plan.schedule.timeZone) }
        for firing in due {
            // A firing that is late by now is not begun in a pause or a blackout either.
            if let pause = pauses.last(where: { $0.covers(firing.due) || $0.covers(now) }) {
                decided.append((firing.nominalTime, .skipped(reason: words(pause))))
            } else if let blackout = firing.isSkipped ? firing.blackout : blackoutNow {
                decided.append((firing.nominalTime, .skipped(reason: "blackout: \(blackout.label)")))
            } else {
                open.append(firing)
            }
        }
        decided += MissedFirings.decide(due: open, now: now, policy: plan.schedule.missed)
        return decided.sorted { $0.nominalTime < $1.nominalTime }
    }

    private func words(_ pause: PauseRecord) -> String {
        "paused" + (pause.until.map { " until \(text($0))" } ?? "") + ": \(pause.reason)"
    }

    private func row(_ nominal: Date, _ decision: MissedFirings.Decision) -> FiringRecord {
        var firing = FiringRecord(
            checklist: plan.checklist, nominalTime: nominal, state: .running, reason: nil, run: nil)
        switch decision {
        case .run: break
        case .skipped(let reason): (firing.state, firing.reason) = (.skipped, reason)
        case .merged(let newer): (firing.state, firing.reason) = (.merged, "merged into \(text(newer))")
        case .missed(let reason): (firing.state, firing.reason) = (.missed, reason)
        }
        return firing
    }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: plan.schedule.timeZone) }
}
