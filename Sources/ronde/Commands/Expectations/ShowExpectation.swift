import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Observability
import Reports
import RunStore

extension Ronde.ExpectationsCommand {
    struct ShowExpectation: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show what is expected of one job, and its last pings.",
            discussion: "Example: ronde expectations show nas-backup --count 5")

        @Argument(help: "The name of the expectation.") var name: String
        @Option(help: "How many of the newest pings.") var count = 20
        @Flag(help: "Print JSON: {\"expectation\": {name, state, why, …}, \"pings\": [{at, signal, …}]}, newest first.")
        var json = false
        @OptionGroup var instance: InstanceOptions

        private struct Shape: Encodable {
            let expectation: ExpectationShape
            let pings: [PingShape]
        }

        func validate() throws {
            guard count >= 0 else { throw ValidationError("--count takes 0 or more.") }
        }

        func run() throws {
            let instance = try instance.instance()
            guard let expectation = instance.expectations.first(where: { $0.name == name }) else {
                let known = instance.expectations.map(\.name).joined(separator: ", ")
                throw CommandFailure.usage(
                    "nothing is expected of '\(name)'; expected is: \(known.isEmpty ? "nothing" : known)")
            }
            let store = try RunStore.open(instance.runnerSettings())
            let statuses = try ExpectationMonitor.statuses(of: [expectation], in: store, at: Date())
            let pings = try store.pings(of: name, limit: count)
            for status in statuses {
                let shape = ExpectationShape(expectation, status, in: instance.timeZone)
                if json {
                    try JSONOutput.print(
                        Shape(expectation: shape, pings: pings.map(PingShape.init)), instants: instance.timeZone)
                } else {
                    show(expectation, shape, pings, instance)
                }
            }
        }

        private func show(
            _ expectation: Expectation, _ shape: ExpectationShape, _ pings: [Ping], _ instance: Instance
        ) {
            let state = "\(shape.title) (\(shape.name)): \(shape.state), \(shape.why)."
            var lines = [state, "Expected: \(shape.rhythm), with \(shape.grace) of grace."]
            if let endpoint = instance.endpoint {
                lines.append("Its job pings: curl -fsS -m 10 --retry 5 http://\(endpoint.authority)/ping/KEY")
            }
            Terminal.write(lines.map { $0 + "\n" }.joined(), to: STDOUT_FILENO)
            guard !pings.isEmpty else { return Terminal.say("No ping of it is kept.") }
            var table = TextTable(columns: [
                .init("At"), .init("Signal"), .init("From"), .init("Said", minimum: 16),
            ])
            for ping in pings {
                let body = String(decoding: ping.body, as: UTF8.self)
                table.add([
                    InstantText.format(ping.at, in: instance.timeZone), signal(ping), ping.sender ?? "-",
                    PrintableText.of(body, limit: 200),
                ])
            }
            Terminal.write("\n" + table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }

        private func signal(_ ping: Ping) -> String {
            ping.signal.name + (ping.signal.exitStatus.map { " \($0)" } ?? "")
        }
    }
}
