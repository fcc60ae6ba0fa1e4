/// An ordered list of tasks for one service; without a schedule it is a procedure, run by hand.
package struct Checklist: Hashable, Sendable {
    package var name: String
    package var title: String
    package var service: Service
    package var schedule: ScheduleDefinition?
    /// The longest the whole run may take.
    package var timeLimit: TimeSpan
    /// In the order of the file.
    package var tasks: [TaskDefinition]
    /// The file it was read from.
    package var file: String

    package init(
        name: String, title: String, service: Service, schedule: ScheduleDefinition?, timeLimit: TimeSpan,
        tasks: [TaskDefinition], file: String
    ) {
        self.name = name
        self.title = title
        self.service = service
        self.schedule = schedule
        self.timeLimit = timeLimit
        self.tasks = tasks
        self.file = file
    }
}

/// One step of a checklist.
package struct TaskDefinition: Hashable, Sendable {
    package var name: String
    package var title: String
    package var plugin: String
    /// The parameters, checked against the plugin's manifest and with its defaults filled in: an object.
    package var with: JSONValue
    /// The tasks that must have ended ok or warning; empty where the file says nothing.
    package var needs: [String]
    package var timeLimit: TimeSpan
    package var retry: RetryPolicy
    package var load: TaskLoad
    package var limits: ProgramLimits
    /// Locks beside those of its plugin, by name: tasks of any checklist that name one exclude each other.
    package var locks: [String: LockMode]

    package init(
        name: String, title: String, plugin: String, with: JSONValue, needs: [String], timeLimit: TimeSpan,
        retry: RetryPolicy, load: TaskLoad = .usual, limits: ProgramLimits = .none,
        locks: [String: LockMode] = [:]
    ) {
        self.name = name
        self.title = title
        self.plugin = plugin
        self.with = with
        self.needs = needs
        self.timeLimit = timeLimit
        self.retry = retry
        self.load = load
        self.limits = limits
        self.locks = locks
    }
}

/// How often a task that ended critical or unknown is tried, and how long to wait between.
package struct RetryPolicy: Hashable, Sendable {
    /// Attempts in all, at least 1.
    package var attempts: Int
    /// The wait before the second attempt.
    package var delay: TimeSpan
    /// What each further wait is multiplied by, at least 1.
    package var backoff: Double

    package init(attempts: Int, delay: TimeSpan, backoff: Double) {
        self.attempts = attempts
        self.delay = delay
        self.backoff = backoff
    }

    package static let once = RetryPolicy(attempts: 1, delay: TimeSpan(.zero), backoff: 1)

    /// Multiplying makes no wait longer than this; a ``delay`` that is longer itself stays as it is.
    package static let longestDelay = Duration.seconds(3600)

    /// The wait after the attempt with this number, counted from 1.
    package func delay(afterAttempt attempt: Int) -> Duration {
        let longest = max(delay.duration, Self.longestDelay).inSeconds
        var seconds = delay.seconds
        for _ in 1..<max(attempt, 1) where seconds > 0 && seconds < longest && backoff > 1 {
            seconds = min(seconds * backoff, longest)
        }
        return .seconds(seconds)
    }
}
