import ConfigurationFiles
import Foundation
import Glibc
import History
import Logging
import Maintenance
import Notifications
import Observability
import Reports
import RunStore
import Runner
import Scheduler
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// The parts of a daemon, put together.
struct DaemonParts {
    private let instance: Instance
    private let inUse: InstanceInUse
    private let file: FilePath
    private let store: RunStore
    private let log: Logger
    private let presence: DaemonPresence
    private let journal: DaemonJournal
    private let notifier: Notifier
    private let desk = PingDesk()
    private let monitor: ExpectationMonitor
    private let pulse = Pulse()
    private let readiness = Readiness()
    private let announcer: Announcer
    private let socket: NotifySocket?
    private let environment = ProcessInfo.processInfo.environment

    /// - Throws: `RunStoreError`, `FileError`, `PingKeyError`: what keeps the daemon from beginning.
    init(_ instance: Instance, file: FilePath, store: RunStore, socket: NotifySocket?, log: Logger) throws {
        self.instance = instance
        inUse = InstanceInUse(instance)
        self.file = file
        self.store = store
        self.log = log
        self.socket = socket
        announcer = Announcer(socket, readiness: readiness)
        let settings = instance.runnerSettings()
        presence = try DaemonPresence(in: settings.stateFolder.appending("locks"), pid: getpid())
        let now = Date()
        journal = try DaemonJournal(
            DaemonRecord(
                presence: presence.name, pid: getpid(), version: ProductVersion.current, host: settings.host,
                startedAt: now, file: file.string, schedules: instance.checklists.count { $0.schedule != nil },
                configuredAt: now), store: store, presence: presence)
        notifier = instance.notifier(store, log: log)
        monitor = ExpectationMonitor(store: store)
        try Self.use(instance, desk, monitor, notifier, environment)
        try notifier.tell(configurationMistakes: [])
    }

    /// Takes a configuration into use; where something is missing for it, nothing changes.
    private static func use(
        _ instance: Instance, _ desk: PingDesk, _ monitor: ExpectationMonitor, _ notifier: Notifier,
        _ environment: [String: String]
    ) throws {
        try desk.expect(instance.expectations, environment: environment)
        try monitor.expect(instance.expectations, now: Date())
        try notifier.use(instance.notifications, checklists: instance.checklists, timeZone: instance.timeZone)
    }

    /// Runs until shutdown.
    ///
    /// - Parameters:
    ///   - requests: one element for each time that the configuration is to be read anew.
    ///   - drain: how many seconds what runs may take after SIGTERM.
    /// - Throws: what ended the daemon: `RunError`, `RunStoreError`, `EndpointError`.
    func run(requests: AsyncStream<Void>, drain: Int) async throws {
        defer { journal.end() }
        Machine.giveMemoryBack()
        let configuration = configuration(requests)
        var group = ServiceGroupConfiguration(
            // Without a name the group describes each service with all that is in it: of ten thousand schedules that
            // took seconds, and tens of megabytes.
            services: services(configuration).map { .init(service: $0, serviceName: "\(type(of: $0))") },
            gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
        group.maximumGracefulShutdownDuration = .seconds(max(drain, 1))
        try await ServiceGroup(configuration: group).run()
    }

    /// In the order of their starts; they are shut down from the last to the first.
    private func services(_ configuration: ConfigurationWatch) -> [any ServiceLifecycle.Service] {
        let health = health
        var services: [any ServiceLifecycle.Service] = [
            Watchdog(socket, isAlive: { health.isAlive }, log: log),
            instance.deliveryService(notifier, store, log: log),
        ]
        let metrics = MetricsCollector(
            DaemonMetrics(inUse: inUse, store: store, journal: journal, monitor: monitor).source, log: log)
        if let endpoint = instance.endpoint {
            services.append(
                Endpoint(endpoint, health: health, metrics: metrics, desk: desk, store: store, log: log))
        }
        if let textfile = instance.metrics {
            services.append(MetricsTextfile(textfile, collector: metrics, log: log))
        }
        services.append(
            ExpectationWatch(monitor, desk: desk, store: store, log: log) { [notifier] events in
                for event in events {
                    try notifier.tell(
                        expectation: event.status.name, title: event.status.title,
                        ExpectationNews(event, in: notifier.timeZone))
                }
            })
        services.append(HistoryService(inUse: inUse, store: store, log: log))
        services += [configuration, scheduler(configuration), announcer]
        return services
    }

    private var health: Health {
        let probe = StoreProbe(store)
        return Health(
            pulse: pulse, readiness: readiness, storeFault: { probe.fault },
            configurationFault: { [journal] in
                journal.record.fault.map {
                    "\($0.count) mistakes; the last good one is in use: \($0.mistakes.first ?? "")"
                }
            })
    }

    private func configuration(_ requests: AsyncStream<Void>) -> ConfigurationWatch {
        ConfigurationWatch(
            instance, requests: requests, journal: journal, log: log,
            load: { [announcer, file] in
                announcer.reloading()
                return InstanceOptions.loader.load(file)
            },
            use: { [desk, monitor, notifier, environment, inUse] in
                try Self.use($0, desk, monitor, notifier, environment)
                inUse.set($0)
            },
            onRead: { [notifier, announcer, journal, log] mistakes in
                Machine.giveMemoryBack()
                announcer.ready("\(journal.record.schedules) schedules")
                do {
                    try notifier.tell(configurationMistakes: mistakes)
                } catch {
                    log.error("nobody can be told of the configuration", metadata: ["error": "\(error)"])
                }
            })
    }

    private func scheduler(_ configuration: ConfigurationWatch) -> SchedulerService {
        SchedulerService(
            instance: instance, instances: configuration.instances, store: store, presence: presence,
            observer: NoticeObserver(notifier: notifier, next: RunLog(log)), log: log,
            host: journal.record.host,
            onLook: { [pulse, readiness, announcer] scheduled in
                pulse.beat()
                if readiness.phase == .starting { announcer.ready("\(scheduled) schedules") }
            }
        ) { [store] in ChecklistRunner(settings: $0.runnerSettings(), store: store) }
    }
}
