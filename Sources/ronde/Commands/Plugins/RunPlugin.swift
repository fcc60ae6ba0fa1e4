import ArgumentParser
import ConfigurationFiles
import DurableFiles
import Foundation
import Glibc
import Maintenance
import Reports
import Runner
import SystemPackage

extension Ronde.PluginsCommand {
    struct RunPlugin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Do one task without a checklist.",
            discussion: """
                Examples: ronde plugins run integrity --database var/api/test.db
                          ronde plugins run health --url http://127.0.0.1:5000 --with retries=0
                The run is not recorded. Exit status by outcome, as for 'ronde run'.
                """)

        @Argument(help: "The plugin.")
        var name: String

        @Option(help: "The SQLite file to work on, instead of a service of ronde.yaml.")
        var database: String?

        @Option(help: "The address of the service, instead of a service of ronde.yaml.")
        var url: String?

        @Option(help: "The service of ronde.yaml to work on.")
        var service: String?

        @Option(
            name: .customLong("with"), help: ArgumentHelp("A parameter, the value in YAML.", valueName: "key=value"))
        var with: [String] = []

        @Option(help: "The time limit, such as 90s.")
        var timeLimit: String?

        @Flag(help: "Say what would be done, and change nothing.")
        var dryRun = false

        @Flag(help: "Print the task as in report.json.")
        var json = false

        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            let instance = try foundInstance()
            let plugins = instance?.plugins ?? InstanceOptions.loader.compiledInPlugins()
            guard let manifest = plugins[name] else { throw Ronde.PluginsCommand.unknown(name, plugins) }
            let target = try self.target(in: instance)
            let task = try TaskDefinition(
                name: name, title: name, plugin: name, with: ParameterOptions.read(with, of: manifest), needs: [],
                timeLimit: timeLimit.map(TimeSpan.init(parsing:)) ?? manifest.timeLimit, retry: .once,
                load: TaskLoad(nice: manifest.nice), limits: manifest.limits)
            let settings = settings(instance, plugins)
            // Without an instance there is no state folder to keep; what cannot be removed now harms nobody.
            defer { if instance == nil { try? Folder.removeTree(settings.stateFolder) } }
            let progress: any RunObserver = json ? SilentObserver() : RunProgress()
            let isDryRun = dryRun
            let report = try await StopOnSignals.run {
                await SingleTask(settings: settings).run(task, of: target, isDryRun: isDryRun, observer: progress)
            }
            if json {
                try JSONOutput.print(report, instants: settings.timeZone)
            } else {
                printMeasurements(report)
            }
            if report.outcome.exitStatus != 0 { throw ExitCode(report.outcome.exitStatus) }
        }

        /// The instance, where there is one; a plugin given its own database or URL needs none.
        private func foundInstance() throws -> Instance? {
            let standsAlone = instance.config == nil && service == nil && (database != nil || url != nil)
            return standsAlone ? nil : try instance.instance()
        }

        private func target(in instance: Instance?) throws -> Service {
            var target = Service(name: "command-line", title: "Command line")
            if let services = instance?.services {
                if let name = service {
                    guard let named = services[name] else {
                        throw CommandFailure.usage(
                            "there is no service '\(name)'; there are: \(services.keys.sorted().joined(separator: ", "))"
                        )
                    }
                    target = named
                } else if services.count == 1, let only = services.values.first {
                    target = only
                }
            }
            if let url { target.url = url.hasSuffix("/") ? String(url.dropLast()) : url }
            if let database {
                let path = ConfigurationLocator.absolute(database, from: InstanceOptions.workingFolder)
                target.databases = ["main": DatabaseLocation(sqlite: path.string)]
            }
            return target
        }

        private func settings(_ instance: Instance?, _ plugins: [String: PluginManifest]) -> RunnerSettings {
            if let instance { return instance.runnerSettings() }
            let scratch = FilePath(NSTemporaryDirectory()).appending("ronde-\(getpid())")
            return RunnerSettings(
                stateFolder: scratch, reportsFolder: scratch, executable: Machine.executable, plugins: plugins,
                timeZone: .current, host: Machine.hostName, environment: Machine.pluginEnvironment)
        }

        private func printMeasurements(_ report: TaskReport) {
            guard !report.measurements.isEmpty else { return }
            var table = TextTable(columns: [.init("Measurement"), .init("Value", .right), .init("Outcome")])
            for measurement in report.measurements {
                table.add([
                    measurement.name, HumanText.value(measurement.value, measurement.unit),
                    ReportWords.english.signed(measurement.outcome),
                ])
            }
            Terminal.write("\n" + table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }
    }
}
