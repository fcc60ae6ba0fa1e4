import ArgumentParser
import ConfigurationFiles
import Foundation
import Maintenance
import Notifications

extension Ronde {
    struct TestNotifications: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Send a message now, and show what the other side answered.",
            discussion: """
                Example: ronde notifications test ops
                Nothing is queued and nothing tried again. Exit status: 0 all delivered, 2 not
                all. Dead-man's switches get no test: a run tells them.
                """)

        @Argument(help: "The channel; all where none is named.") var channel: String?
        @Flag(help: "Print JSON: {\"results\": [{channel, is_delivered, answer}]}.") var json = false
        @OptionGroup var instance: InstanceOptions

        private struct Shape: Encodable {
            struct Row: Encodable {
                let channel: String
                let is_delivered: Bool
                let answer: String
            }
            var results: [Row] = []
        }

        func run() async throws {
            let instance = try instance.instance()
            let couriers = Couriers { instance.timeZone }
            var shape = Shape()
            for channel in try channels(of: instance.notifications) {
                let notice = Notice.test(host: Machine.hostName, at: Date(), in: instance.timeZone)
                let row: Shape.Row
                switch await couriers.send(notice, through: channel) {
                case .delivered(let answer):
                    row = .init(channel: channel.name, is_delivered: true, answer: answer)
                case .partly(let answer, let remaining):
                    let words = "\(answer); not delivered to \(remaining.joined(separator: ", "))"
                    row = .init(channel: channel.name, is_delivered: false, answer: words)
                case .failed(let reason, _):
                    row = .init(channel: channel.name, is_delivered: false, answer: reason)
                }
                shape.results.append(row)
                if !json {
                    Terminal.say("\(row.channel): \(row.is_delivered ? "delivered" : "not delivered"): \(row.answer)")
                }
            }
            if json { try JSONOutput.print(shape) }
            if shape.results.contains(where: { !$0.is_delivered }) { throw ExitCode(2) }
        }

        private func channels(of settings: NotificationSettings) throws -> [NoticeChannel] {
            guard !settings.channels.isEmpty else {
                throw CommandFailure.usage("ronde.yaml has no channels below 'notifications:'")
            }
            guard let name = channel else { return settings.channels }
            guard let found = settings.channel(named: name) else {
                let known = settings.channels.map(\.name).joined(separator: ", ")
                throw CommandFailure.usage("there is no channel '\(name)'; there are: \(known)")
            }
            return [found]
        }
    }
}
