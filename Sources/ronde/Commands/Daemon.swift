import ArgumentParser
import ConfigurationFiles
import Dispatch
import Foundation
import Glibc
import Logging
import Maintenance
import RunStore
import Runner
import Scheduler
import ServiceLifecycle
import SystemPackage
import UnixSignals

extension Ronde {
    struct Daemon: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run every checklist at its hours, until told to stop.",
            discussion: """
                Example: ronde daemon
                SIGTERM and SIGINT stop it: nothing new starts, and what runs has --drain seconds to end.
                A changed file of the configuration is read by itself, and on SIGHUP; with mistakes
                in it the last good one goes on. See 'ronde status'.
                """)

        @Option(help: "How many seconds what runs may still take after SIGTERM.")
        var drain = 60

        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            guard (0...86_400).contains(drain) else { throw ValidationError("--drain takes 0 to 86400 seconds.") }
        }

        func run() async throws {
            // Before anything else: until then SIGHUP would end the process.
            let requests = Self.reloadRequests()
            guard let file = try instance.file() else { return _ = try instance.instance() }
            let instance = try instance.instance()
            await CutShortRestores.settle(instance)
            let settings = instance.runnerSettings()
            let store = try RunStore.open(settings)
            LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
            let log = Logger(label: "ronde")
            let presence = try DaemonPresence(in: settings.stateFolder.appending("locks"), pid: getpid())
            let journal = try DaemonJournal(
                DaemonRecord(
                    presence: presence.name, pid: getpid(), version: ProductVersion.current, host: settings.host,
                    startedAt: Date(), file: file.string,
                    schedules: instance.checklists.count { $0.schedule != nil }, configuredAt: Date()),
                store: store, presence: presence)
            defer { journal.end() }
            let configuration = ConfigurationWatch(instance, requests: requests, journal: journal, log: log) {
                InstanceOptions.loader.load(file)
            }
            let scheduler = SchedulerService(
                instance: instance, instances: configuration.instances, store: store, presence: presence,
                observer: RunLog(log), log: log, host: settings.host
            ) { ChecklistRunner(settings: $0.runnerSettings(), store: store) }
            var group = ServiceGroupConfiguration(
                services: [.init(service: configuration), .init(service: scheduler)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
            group.maximumGracefulShutdownDuration = .seconds(max(drain, 1))
            do {
                try await ServiceGroup(configuration: group).run()
            } catch let error as RunError {
                throw CommandFailure.io("stopped, because nothing may run unrecorded: \(error)")
            } catch let error as RunStoreError {
                throw CommandFailure.io("stopped, because nothing may run unrecorded: \(error)")
            }
        }

        /// Kept for as long as the process lives.
        private nonisolated(unsafe) static var hangups: (any DispatchSourceSignal)?

        /// One element for each SIGHUP; called once.
        private static func reloadRequests() -> AsyncStream<Void> {
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            signal(SIGHUP, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            hangups = source
            return stream
        }
    }
}
