package import Cron
package import Foundation

extension BlackoutPolicy {
    /// Whether a schedule has any firing after an instant that is run; false also where it has no firing at all.
    ///
    /// A firing that a change of clocks moves out of a window is not counted: of a schedule at 02:00 that is never run
    /// because of a window from 01:00 to 03:00, one a year comes at 03:00. Looked at are the firings of ``furthest`` and, of a rare schedule, 32 of them. Where ten thousand are not enough to
    /// tell, the answer is true.
    package func leavesRuns(
        of schedule: CronSchedule, after instant: Date, leadTime: TimeInterval
    ) -> Bool {
        let end = instant + Self.furthest
        var from = instant
        for count in 0..<10_000 {
            guard let firing = schedule.nextFiring(after: from) else { return false }
            let nominal = firing.instant
            guard count < 32 || nominal < end else { return false }
            if case .movedForward = firing.clockChange {
                from = nominal
                continue
            }
            switch decide(nominal: nominal, leadTime: leadTime, in: schedule.timeZone) {
            case .run: return true
            case .shifted(let time, _) where time > instant: return true
            case .skipped(let blackout), .shifted(_, let blackout):
                if blackout.isEndless { return false }
                // What else is in the blackout has the same fate.
                from = max(nominal, blackout.end - 1)
            }
        }
        return true
    }
}
