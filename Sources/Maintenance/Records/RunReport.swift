package import Foundation

/// What started a run.
package enum RunTrigger: String, Codable, Sendable, CaseIterable {
    /// The daemon, at the schedule's hour.
    case schedule
    /// The daemon, after the hour had passed.
    case late
    /// A person.
    case manual
}

/// The record of a run: what `report.json` holds, and what every other form of report is made from.
package struct RunReport: Hashable, Sendable, Codable {
    package var run: RunIdentifier
    package var checklist: String
    package var title: String
    package var service: String
    package var outcome: Outcome
    package var trigger: RunTrigger
    /// The account that started it by hand; nil for a run of the daemon.
    package var startedBy: String?
    /// The firing that the run answers; nil for a run by hand.
    package var nominalTime: Date?
    package var startedAt: Date
    package var endedAt: Date
    /// The zone in which people read the times.
    package var timezone: String
    package var host: String
    package var dryRun: Bool
    /// Why the run ended before its tasks did; nil where it did not.
    package var interruption: String?
    package var tasks: [TaskReport]

    package init(
        run: RunIdentifier, checklist: String, title: String, service: String, outcome: Outcome, trigger: RunTrigger,
        nominalTime: Date?, startedAt: Date, endedAt: Date, timezone: String, host: String, dryRun: Bool,
        interruption: String?, tasks: [TaskReport]
    ) {
        self.run = run
        self.checklist = checklist
        self.title = title
        self.service = service
        self.outcome = outcome
        self.trigger = trigger
        self.nominalTime = nominalTime
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.timezone = timezone
        self.host = host
        self.dryRun = dryRun
        self.interruption = interruption
        self.tasks = tasks
    }

    package enum CodingKeys: String, CodingKey {
        case run, checklist, title, service, outcome, trigger
        case startedBy = "started_by"
        case nominalTime = "nominal_time"
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case timezone, host
        case dryRun = "dry_run"
        case interruption, tasks
    }
}

extension RunReport {
    /// Whether it has not ended because a person is to act first.
    package var waits: Bool { interruption == nil && tasks.contains { $0.outcome == .waiting } }

    /// Whether a person should have acted by now.
    package func isOverdue(at now: Date) -> Bool {
        tasks.contains { $0.wantsSignature && $0.awaits?.isOverdue(at: now) == true }
    }
}

/// The record of one task of a run.
package struct TaskReport: Hashable, Sendable, Codable {
    package var task: String
    package var title: String
    package var plugin: String
    package var outcome: Outcome
    /// One line for people.
    package var summary: String
    /// How often the task was tried; 0 where it was skipped.
    package var attempts: Int
    package var startedAt: Date?
    package var endedAt: Date?
    package var measurements: [TaskMeasurement]
    package var artifacts: [Artifact]
    /// Findings and log of the last attempt, bounded by the runner.
    package var log: [LogLine]
    /// What a person is to do, where the task waits for one, and stays here when it was done.
    package var awaits: AwaitedStep?
    /// By whom and how that was done.
    package var signature: Signature?

    package init(
        task: String, title: String, plugin: String, outcome: Outcome, summary: String, attempts: Int = 0,
        startedAt: Date? = nil, endedAt: Date? = nil, measurements: [TaskMeasurement] = [], artifacts: [Artifact] = [],
        log: [LogLine] = []
    ) {
        self.task = task
        self.title = title
        self.plugin = plugin
        self.outcome = outcome
        self.summary = summary
        self.attempts = attempts
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.measurements = measurements
        self.artifacts = artifacts
        self.log = log
    }

    package enum CodingKeys: String, CodingKey {
        case task, title, plugin, outcome, summary, attempts
        case startedAt = "started_at"
        case endedAt = "ended_at"
        case measurements, artifacts, log, awaits, signature
    }

    /// Whether it is a person's turn; a task that only needs such a one waits too, and has nothing to sign.
    package var wantsSignature: Bool { outcome == .waiting && awaits != nil }

    /// How long the last attempt took, in seconds.
    package var seconds: Double? {
        guard let startedAt, let endedAt else { return nil }
        return endedAt.timeIntervalSince(startedAt)
    }
}
