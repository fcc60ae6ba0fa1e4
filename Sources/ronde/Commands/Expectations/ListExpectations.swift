import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Observability
import Reports
import RunStore

extension Ronde.ExpectationsCommand {
    struct ListExpectations: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List what is expected, and how it stands.",
            discussion: """
                Example: ronde expectations list
                new: no ping yet. up: in time. started: it runs. late: in its grace. down: no ping
                came. failed: the job said so. unheard: Ronde was away when it may have come.
                """)

        @Flag(help: "Print JSON: {\"expectations\": [{name, title, state, why, …}], \"listening\"}.") var json = false
        @OptionGroup var instance: InstanceOptions

        private struct Shape: Encodable {
            let expectations: [ExpectationShape]
            /// Whether a daemon takes pings now.
            let listening: Bool
        }

        func run() throws {
            let option = instance.config.map { " --config \($0)" } ?? ""
            let instance = try instance.instance()
            let store = try RunStore.open(instance.runnerSettings())
            let now = Date()
            let statuses = try ExpectationMonitor.statuses(of: instance.expectations, in: store, at: now)
            let isListening = try store.listening(now: now).isListening(at: now)
            if json {
                let shapes = zip(instance.expectations, statuses).map { expectation, status in
                    ExpectationShape(expectation, status, in: instance.timeZone)
                }
                return try JSONOutput.print(
                    Shape(expectations: shapes, listening: isListening), instants: instance.timeZone)
            }
            guard let first = instance.expectations.first else {
                return Terminal.say("Nothing is expected; see 'expects:' in docs/expectations.md.")
            }
            show(statuses, in: instance.timeZone)
            if !isListening { Terminal.say("No daemon takes pings now; start 'ronde daemon'.") }
            Terminal.say("See the pings of one with: ronde expectations show \(first.name)\(option)")
        }

        private func show(_ statuses: [ExpectationStatus], in timeZone: TimeZone) {
            var table = TextTable(columns: [
                .init("Name", minimum: 8), .init("State"), .init("Last ping"), .init("Why", minimum: 24),
            ])
            for status in statuses {
                table.add([
                    status.name, status.state.rawValue,
                    status.lastPing.map { InstantText.format($0, in: timeZone) } ?? "-", status.sentence(in: timeZone),
                ])
            }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }
    }
}
