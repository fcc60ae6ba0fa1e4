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
    let runner: @Sendable (Instance) -> any ChecklistRunning
    let store: RunStore
    let clock: any WallClock
    let presence: DaemonPresence
    let observer: any RunObserver
    let log: Logger
    let host: String
    let onLook: @Sendable (_ scheduled: Int) -> Void
    private let instance: Instance
    private let instances: AsyncStream<Instance>

    /// - Parameters:
    ///   - instance: what is watched at first.
    ///   - instances: what is watched from then on, each time that the configuration changes.
    ///   - store: the ledger.
    ///   - presence: the name by which this process claims firings; ended with the service.
    ///   - clock: the clock on the wall.
    ///   - observer: who is told of runs.
    ///   - log: where the daemon says what it does.
    ///   - host: what jitter goes by, beside the checklist.
    ///   - onLook: called each time that the agenda was looked at, at least every half minute, with how many schedules
    ///     are watched.
    ///   - runner: what runs the checklists of an instance.
    package init(
        instance: Instance, instances: AsyncStream<Instance> = AsyncStream { $0.finish() },
        store: RunStore, presence: DaemonPresence, clock: any WallClock = SystemWallClock(),
        observer: any RunObserver, log: Logger, host: String,
        onLook: @escaping @Sendable (_ scheduled: Int) -> Void = { _ in },
        runner: @escaping @Sendable (Instance) -> any ChecklistRunning
    ) {
        self.instance = instance
        self.instances = instances
        self.runner = runner
        self.store = store
        self.presence = presence
        self.clock = clock
        self.observer = observer
        self.log = log
        self.host = host
        self.onLook = onLook
    }

    /// Runs until shutdown.
    ///
    /// What runs then may end; the caller's service group limits for how long.
    ///
    /// - Throws: where something could not be recorded: an outcome that is not kept must not go unnoticed.
    package func run() async throws {
        defer { presence.end() }
        try closeInterrupted(runner(instance))
        let stop = StopSign()
        var round = SchedulerRound(service: self, instance: instance, stop: stop)
        log.info("watching \(round.scheduled) schedules", metadata: ["config": "\(instance.file)"])
        try await stop.watching { try await round.run(instances) }
        log.info("stopped")
    }

    /// Ends what a killed process left open.
    func closeInterrupted(_ runner: any ChecklistRunning) throws {
        for report in try runner.closeInterrupted() {
            log.warning("interrupted run recorded", metadata: ["run": "\(report.run)"])
        }
    }
}
