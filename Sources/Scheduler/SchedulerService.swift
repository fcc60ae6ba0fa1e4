package import ConfigurationFiles
import Foundation
package import Logging
package import Maintenance
package import RunStore
package import Runner
import ServiceLifecycle

/// The daemon: fires every schedule of an instance at its hours, until shutdown.
///
/// Checklists run side by side where their locks allow. Several daemons may share a state folder: the ledger gives each
/// firing to one of them.
package struct SchedulerService: ServiceLifecycle.Service {
    private let instance: Instance
    private let runner: any ChecklistRunning
    private let store: RunStore
    private let clock: any WallClock
    private let presence: DaemonPresence
    private let observer: any RunObserver
    private let log: Logger
    private let host: String

    package init(
        instance: Instance, runner: any ChecklistRunning, store: RunStore, presence: DaemonPresence,
        clock: any WallClock = SystemWallClock(), observer: any RunObserver, log: Logger, host: String
    ) {
        self.instance = instance
        self.runner = runner
        self.store = store
        self.presence = presence
        self.clock = clock
        self.observer = observer
        self.log = log
        self.host = host
    }

    /// Runs until shutdown.
    ///
    /// What runs then may end; the caller's service group limits for how long.
    ///
    /// - Throws: where something could not be recorded: an outcome that is not kept must not go unnoticed.
    package func run() async throws {
        defer { presence.end() }
        try closeInterrupted()
        let scheduled = instance.checklists.compactMap { checklist in
            checklist.schedule.map { scheduledChecklist(checklist, $0) }
        }
        log.info("watching \(scheduled.count) schedules", metadata: ["config": "\(instance.file)"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for checklist in scheduled {
                group.addTask { try await checklist.run() }
            }
            // Without a schedule there is nothing to do until shutdown, and cancellation is an end like that.
            if scheduled.isEmpty { group.addTask { try? await gracefulShutdown() } }
            try await group.waitForAll()
        }
        log.info("stopped")
    }

    private func scheduledChecklist(_ checklist: Checklist, _ schedule: ScheduleDefinition) -> ScheduledChecklist {
        ScheduledChecklist(
            checklist: checklist, schedule: schedule, runner: runner, store: store, clock: clock, presence: presence,
            observer: observer, log: log,
            delay: StableJitter.delay(upTo: schedule.jitter, checklist: checklist.name, host: host))
    }

    /// Records what an earlier daemon was doing when it was killed.
    private func closeInterrupted() throws {
        for report in try runner.closeInterrupted(instance.checklists.map(\.name)) {
            log.warning("interrupted run recorded", metadata: ["run": "\(report.run)"])
        }
    }
}
