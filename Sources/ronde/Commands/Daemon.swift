import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Logging
import Maintenance
import Observability
import RunStore
import Runner
import Scheduler
import ServiceLifecycle
import SystemPackage
import UnixSignals

extension Ronde {
    struct Daemon: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "daemon", abstract: "Run every checklist at its hours, until told to stop.",
            discussion: """
                Example: ronde daemon
                SIGTERM and SIGINT stop it: nothing new starts, and what runs has --drain seconds to end.
                A changed file of the configuration is read by itself, and on SIGHUP; with mistakes
                in it the last good one goes on. See 'ronde status'.
                """)

        @Option(help: "How many seconds what runs may still take after SIGTERM.")
        var drain = 60

        @Option(
            name: .customLong("log-format"), help: "How the log is written: text, json, or text on a terminal alone.")
        var logFormat = LogFormat.auto

        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            guard (0...86_400).contains(drain) else { throw ValidationError("--drain takes 0 to 86400 seconds.") }
        }

        func run() async throws {
            // Before anything else: until then SIGHUP would end the process, and children would inherit the socket.
            let hangups = Hangups()
            let socket = NotifySocket.takeFromEnvironment()
            guard let file = try instance.file() else { return _ = try instance.instance() }
            let instance = try instance.instance()
            await CutShortRestores.settle(instance)
            let store = try RunStore.open(instance.runnerSettings())
            let style = LogStyle(
                logFormat, environment: ProcessInfo.processInfo.environment, timeZone: instance.timeZone)
            LoggingSystem.bootstrap { _ in RondeLog(style) }
            do {
                let parts = try DaemonParts(
                    instance, file: file, store: store, socket: socket, log: Logger(label: "ronde"))
                try await parts.run(requests: hangups.requests, drain: drain)
                // Until here: without it SIGHUP would be nobody's.
                withExtendedLifetime(hangups) {}
            } catch let error as RunError {
                throw CommandFailure.io("stopped, because nothing may run unrecorded: \(error)")
            } catch let error as PingKeyError {
                throw CommandFailure.configuration("\(file): \(error)")
            } catch let error as EndpointError {
                let message = "\(error)"
                throw error.isTaken ? CommandFailure.busy(message) : CommandFailure.configuration(message)
            } catch let error as RunStoreError {
                throw CommandFailure.io("stopped, because nothing may run unrecorded: \(error)")
            }
        }
    }
}

extension LogFormat: ExpressibleByArgument {}
