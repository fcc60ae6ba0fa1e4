import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import History
import Maintenance
import Reports
import RunStore

extension Ronde {
    struct HistoryCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history", abstract: "Show how much history is kept, and make it smaller.",
            subcommands: [Show.self, Prune.self], defaultSubcommand: Show.self)

        struct Show: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "show",
                abstract: "Count runs, reports and the ledger, and say what the rules would remove now.",
                discussion: """
                    Example: ronde history
                    The rules are 'history:' in ronde.yaml; the daemon applies them once a day.
                    """)

            @Flag(
                help: """
                    Print JSON: {rules, runs, bytes, oldest_run, firings, removed_firings, oldest_firing, state,
                    checklists: [{checklist, runs, bytes, removed_runs, removed_until}], would_remove,
                    clock_behind_seconds, last_applied}.
                    """)
            var json = false
            @OptionGroup var instance: InstanceOptions

            func run() async throws {
                let instance = try instance.instance()
                let history = try instance.keeping()
                try Ronde.HistoryCommand.takeFirstStock(history)
                let status = try await history.status(at: Date())
                if json {
                    return try JSONOutput.print(
                        HistoryShape(status, history.rules), instants: instance.timeZone)
                }
                HistoryWords(status, history.rules, instance.timeZone).show()
            }
        }

        /// Looks through the report folders where that was never done, and says so where it takes long.
        static func takeFirstStock(_ history: History) throws {
            let start = ContinuousClock.now
            var isTold = false
            try history.takeFirstStock(at: Date()) { _ in
                guard !isTold, ContinuousClock.now - start > .seconds(1) else { return }
                isTold = true
                Terminal.say("Taking stock of the report folders; this is done once …")
            }
        }
    }
}

extension Instance {
    /// The history of this instance and its rules.
    ///
    /// - Throws: ``CommandFailure`` where the store cannot be opened.
    func keeping() throws -> History {
        History(
            store: try RunStore.open(runnerSettings()), reports: ReportFolder(root: folders.reports), rules: history)
    }
}
