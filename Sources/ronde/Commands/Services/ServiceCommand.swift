import ArgumentParser
import ConfigurationFiles
import ControlledServices
import Foundation
import Glibc
import Maintenance
import Reports
import Runner
import ServicePlugin

extension Ronde {
    struct ServiceCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "service", abstract: "Start, stop or restart a service, or see how it is.",
            discussion: """
                Example: ronde service restart
                It waits until no backup, restore or other task has the service, does what 'control:' in
                ronde.yaml says, and sees that it worked. Exit status: 0 it is as wanted, 2 it is not,
                3 nobody can tell.
                """)

        @Argument(help: "start, stop, restart or status.") var action: ServiceAction = .status
        @Option(help: ArgumentHelp("Which service, where there are several.", valueName: "name")) var service: String?
        @Flag(help: "Say what would be done.") var dryRun = false
        @Flag(help: "Print the task's part of a report.json.") var json = false
        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            let instance = try instance.instance()
            let chosen = try instance.service(orFail: service)
            guard let manifest = instance.plugins[ServicePlugin.name] else {
                throw CommandFailure.configuration("there is no plugin '\(ServicePlugin.name)' in this build")
            }
            let task = TaskDefinition(
                name: ServicePlugin.name, title: "", plugin: ServicePlugin.name,
                with: .object(["action": .string(action.rawValue)]), needs: [], timeLimit: manifest.timeLimit,
                retry: .once)
            let runner = SingleTask(settings: instance.runnerSettings())
            let progress: any RunObserver = json ? SilentObserver() : RunProgress()
            let isDryRun = dryRun
            let report = try await StopOnSignals.run {
                await runner.run(task, of: chosen, isDryRun: isDryRun, observer: progress)
            }
            if json { try JSONOutput.print(report, instants: instance.timeZone) }
            if report.outcome.exitStatus != 0 { throw ExitCode(report.outcome.exitStatus) }
        }
    }
}

extension ServiceAction: ExpressibleByArgument {}

extension Instance {
    /// The service with this name, or the only one.
    ///
    /// - Throws: ``CommandFailure`` that names the services there are.
    func service(orFail name: String?) throws -> Service {
        let known = services.keys.sorted().joined(separator: ", ")
        if let name {
            guard let service = services[name] else {
                throw CommandFailure.usage("there is no service '\(name)'; there are: \(known)")
            }
            return service
        }
        guard services.count == 1, let only = services.values.first else {
            throw CommandFailure.usage("there are several services, name one with --service: \(known)")
        }
        return only
    }
}
