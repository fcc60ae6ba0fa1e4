package import Foundation
package import Maintenance

/// Where the metrics come from: one closure for each part of the daemon, each called for every page.
///
/// They run one after another, on a thread of their own where they may wait for files; one that throws leaves its metrics
/// out of the page.
package struct MetricsSource: Sendable {
    /// What the daemon knows of itself.
    package var daemon: @Sendable () throws -> DaemonFacts
    /// One entry for each checklist of the instance.
    package var checklists: @Sendable () throws -> [ChecklistFacts]
    /// How many firings of each checklist ended in each state, since the ledger began.
    package var firings: @Sendable () throws -> [FiringCount]
    /// How many notices wait to be delivered.
    package var queuedNotices: @Sendable () throws -> Int
    /// The newest verified set of each service and tier.
    package var backups: @Sendable () throws -> [BackupFacts]
    /// How the expected pings stand.
    package var expectations: @Sendable () throws -> [ExpectationStatus]

    /// A source whose parts know nothing; the caller fills in those that it has.
    package init(daemon: @escaping @Sendable () throws -> DaemonFacts) {
        self.daemon = daemon
        checklists = { [] }
        firings = { [] }
        queuedNotices = { 0 }
        backups = { [] }
        expectations = { [] }
    }
}

/// What the daemon knows of itself.
package struct DaemonFacts: Hashable, Sendable {
    package var startedAt: Date
    package var version: String
    /// How many schedules it watches.
    package var schedules: Int
    package var runsInProgress: Int
    /// Whether the last look at the configuration found it free of mistakes.
    package var isConfigurationGood: Bool
    /// When the configuration that is in force was read.
    package var configurationReadAt: Date

    /// Takes the facts as they are.
    package init(
        startedAt: Date, version: String = ProductVersion.current, schedules: Int, runsInProgress: Int,
        isConfigurationGood: Bool, configurationReadAt: Date
    ) {
        self.startedAt = startedAt
        self.version = version
        self.schedules = schedules
        self.runsInProgress = runsInProgress
        self.isConfigurationGood = isConfigurationGood
        self.configurationReadAt = configurationReadAt
    }
}

/// What is known of one checklist and its last run.
package struct ChecklistFacts: Hashable, Sendable {
    package var name: String
    /// Nil where it is not scheduled, or nothing comes any more.
    package var nextFiring: Date?
    /// The newest run that has ended; its task reports may be empty.
    package var lastRun: LastRun?
    /// The end of the newest run that ended ``Outcome/ok`` or ``Outcome/warning``.
    package var lastSuccess: Date?

    /// Takes the facts as they are.
    package init(name: String, nextFiring: Date? = nil, lastRun: LastRun? = nil, lastSuccess: Date? = nil) {
        self.name = name
        self.nextFiring = nextFiring
        self.lastRun = lastRun
        self.lastSuccess = lastSuccess
    }

    /// A run that has ended.
    package struct LastRun: Hashable, Sendable {
        package var outcome: Outcome
        package var startedAt: Date
        package var endedAt: Date
        /// By task.
        package var measurements: [String: [TaskMeasurement]]

        /// Takes the facts as they are.
        package init(
            outcome: Outcome, startedAt: Date, endedAt: Date, measurements: [String: [TaskMeasurement]] = [:]
        ) {
            self.outcome = outcome
            self.startedAt = startedAt
            self.endedAt = endedAt
            self.measurements = measurements
        }

        /// What a report says of its run.
        package init(_ report: RunReport) {
            self.init(
                outcome: report.outcome, startedAt: report.startedAt, endedAt: report.endedAt,
                measurements: Dictionary(report.tasks.map { ($0.task, $0.measurements) }) { $0 + $1 })
        }
    }
}

/// How many firings of a checklist ended in a state.
package struct FiringCount: Hashable, Sendable {
    package var checklist: String
    package var state: FiringState
    package var count: Int

    /// Takes the count as it is.
    package init(checklist: String, state: FiringState, count: Int) {
        self.checklist = checklist
        self.state = state
        self.count = count
    }
}

/// The newest verified set of a service and tier.
package struct BackupFacts: Hashable, Sendable {
    package var service: String
    /// `daily`, `weekly`, `monthly` or `manual`.
    package var tier: String
    /// The instant that the set holds.
    package var instant: Date
    package var bytes: Int

    /// Takes the facts as they are.
    package init(service: String, tier: String, instant: Date, bytes: Int) {
        self.service = service
        self.tier = tier
        self.instant = instant
        self.bytes = bytes
    }
}
