import ArgumentParser
import ConfigurationFiles
import Foundation
import Logging
import Maintenance
import Notifications
import Reports
import RunStore

extension Ronde {
    struct Acknowledge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "acknowledge", abstract: "Say that you know of an alert: no more reminders until it changes.",
            discussion: """
                Example: ronde acknowledge weekly --note "disk ordered"
                It holds until the outcome changes or another task fails too. That it is over
                is told all the same.
                """)

        @Argument(help: "The checklist or expectation, or 'configuration'.") var name: String
        @Option(help: "A note for others; it stands in 'ronde notifications list'.") var note: String?
        @Flag(help: "Print JSON: {\"acknowledged\": [alert, …]}, as they stood.") var json = false
        @OptionGroup var instance: InstanceOptions

        private struct Shape: Encodable {
            let acknowledged: [NotificationsShape.AlertRow]
        }

        func run() throws {
            let instance = try instance.instance()
            let store = try RunStore.open(instance.runnerSettings())
            let notifier = instance.notifier(store, log: Logger(label: "ronde"))
            let words = note.map { PrintableText.of($0, limit: 500) }.flatMap { $0.isEmpty ? nil : $0 }
            let alerts = try notifier.acknowledge(name, note: words)
            if json {
                return try JSONOutput.print(
                    Shape(acknowledged: alerts.map(NotificationsShape.row)), instants: instance.timeZone)
            }
            guard !alerts.isEmpty else {
                let open = Set(try store.alerts().filter(\.state.isFailing).map(\.subject.name)).sorted()
                let others = open.isEmpty ? "" : " Open alerts are of: \(open.joined(separator: ", "))."
                return Terminal.say("No alert of \(name) is open.\(others)")
            }
            for alert in alerts {
                let since = InstantText.format(alert.state.since, in: instance.timeZone)
                Terminal.say("Acknowledged: \(alert.subject.words), \(alert.state.outcome.rawValue) since \(since).")
            }
        }
    }
}
