import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import Runner
import SystemPackage

extension Ronde {
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Run a checklist or procedure now.",
            discussion: """
                Example: ronde run weekly
                Exit status: 0 ok, 1 warning, 2 critical, 3 unknown; 75 when the checklist is running already.
                """)

        @Argument(help: "The name of the checklist.")
        var checklist: String

        @Option(name: .customLong("task"), help: ArgumentHelp("Only this task; may be repeated.", valueName: "task"))
        var tasks: [String] = []

        @Flag(help: "Say what would be done, and change nothing; such a run is not recorded.")
        var dryRun = false

        @Flag(help: "Print the run's report.json instead of a summary.")
        var json = false

        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            let config = instance.config
            let instance = try instance.instance()
            let checklist = try instance.checklist(orFail: checklist)
            await CutShortRestores.settle(instance)
            let settings = instance.runnerSettings()
            let runner = ChecklistRunner(settings: settings, store: try RunStore.open(settings))
            let order = ChecklistRunner.Order(
                trigger: .manual, onlyTasks: tasks, isDryRun: dryRun, startedBy: Machine.account,
                overlap: checklist.schedule?.overlap == .allow ? .share() : .refuse)
            let progress: any RunObserver = json ? SilentObserver() : RunProgress()
            let report: RunReport
            do {
                report = try await StopOnSignals.run {
                    try await runner.run(checklist, order, observer: progress)
                }
            } catch let error as RunError {
                throw Self.failure(error)
            }
            try Self.show(report, of: instance, config: config, json: json)
            if report.outcome.exitStatus != 0 { throw ExitCode(report.outcome.exitStatus) }
        }

        /// Shows how a run stands, now that this process has nothing more to do for it.
        static func show(_ report: RunReport, of instance: Instance, config: String?, json: Bool) throws {
            if json {
                return Terminal.write(
                    String(decoding: try JSONReport.encode(report), as: UTF8.self), to: STDOUT_FILENO)
            }
            let folder =
                report.dryRun || report.waits
                ? nil : instance.folders.reports.appending(report.run.rawValue)
            Terminal.write(
                RunSummary.text(report, folder: folder, config: config, width: Terminal.width()), to: STDOUT_FILENO)
        }

        static func failure(_ error: RunError) -> CommandFailure {
            switch error {
            case .alreadyRunning, .stoppedWaiting: .busy("\(error)")
            case .noSuchTask, .refused: .usage("\(error)")
            case .notWaiting: .noInput("\(error)")
            case .notRecorded: .io("\(error)")
            }
        }
    }
}
