import ArgumentParser
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
                """)

        @Option(help: "How many seconds what runs may still take after SIGTERM.")
        var drain = 60

        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            guard (0...86_400).contains(drain) else { throw ValidationError("--drain takes 0 to 86400 seconds.") }
        }

        func run() async throws {
            let instance = try instance.instance()
            await CutShortRestores.settle(instance)
            let settings = instance.runnerSettings()
            let store = try RunStore.open(settings)
            LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
            let log = Logger(label: "ronde")
            let presence = try DaemonPresence(in: settings.stateFolder.appending("locks"), pid: getpid())
            let scheduler = SchedulerService(
                instance: instance, runner: ChecklistRunner(settings: settings, store: store), store: store,
                presence: presence, observer: RunLog(log), log: log, host: settings.host)
            var group = ServiceGroupConfiguration(
                services: [.init(service: scheduler)], gracefulShutdownSignals: [.sigterm, .sigint], logger: log)
            group.maximumGracefulShutdownDuration = .seconds(max(drain, 1))
            do {
                try await ServiceGroup(configuration: group).run()
            } catch let error as RunError {
                throw CommandFailure.io("stopped, because nothing may run unrecorded: \(error)")
            } catch let error as RunStoreError {
                throw CommandFailure.io("stopped, because nothing may run unrecorded: \(error)")
            }
        }
    }
}
