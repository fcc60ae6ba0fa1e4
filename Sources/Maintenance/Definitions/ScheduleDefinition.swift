package import Cron
package import Foundation

/// When a checklist is due, and what becomes of firings that came at a bad time.
package struct ScheduleDefinition: Hashable, Sendable {
    package var cron: CronExpression
    /// The zone in which the expression is read.
    package var timeZone: TimeZone
    package var missed: MissedPolicy
    package var overlap: OverlapPolicy
    /// The longest a firing may be put off, so that many schedules do not start at once; the delay is stable for a checklist and host.
    package var jitter: TimeSpan
    /// Nil where the checklist may run at any time.
    package var notDuring: BlackoutPolicy?

    package init(
        cron: CronExpression, timeZone: TimeZone, missed: MissedPolicy = MissedPolicy(),
        overlap: OverlapPolicy = .skip, jitter: TimeSpan = TimeSpan(.zero), notDuring: BlackoutPolicy? = nil
    ) {
        self.cron = cron
        self.timeZone = timeZone
        self.missed = missed
        self.overlap = overlap
        self.jitter = jitter
        self.notDuring = notDuring
    }
}

/// What happens to firings that were due while nothing could run them.
package struct MissedPolicy: Hashable, Sendable {
    package enum Choice: String, Sendable, CaseIterable {
        /// The newest is run late, the older ones are merged into it.
        case latest
        /// Each is run, oldest first, up to a number.
        case all
        /// None is run.
        case none
    }

    package var run: Choice
    /// A firing older than this is missed for good.
    package var within: TimeSpan
    /// Of ``Choice/all`` so many of the newest are run, at least 1; those before are missed for good.
    package var atMost: Int

    package init(
        run: Choice = .latest, within: TimeSpan = TimeSpan(.seconds(3 * 86_400)), atMost: Int = 10
    ) {
        self.run = run
        self.within = within
        self.atMost = atMost
    }
}

/// What happens to a firing while the checklist is still running.
package enum OverlapPolicy: String, Hashable, Sendable, CaseIterable {
    /// It is recorded as skipped.
    case skip
    /// It waits for the running one to end; a further one is skipped.
    case queueOne = "queue_one"
    /// It waits its turn, however many there are.
    case queueAll = "queue_all"
    /// The running one is told to stop, and recorded so; then this one runs.
    case cancelRunning = "cancel_running"
    /// The same, but the running one gets no time to stop by itself.
    case killRunning = "kill_running"
    /// It runs beside the running one; their tasks still share the locks of their plugins.
    case allow
}
