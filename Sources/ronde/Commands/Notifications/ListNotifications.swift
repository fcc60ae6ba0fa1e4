import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore

extension Ronde {
    struct ListNotifications: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Show open alerts, messages on their way and the last ones.",
            discussion: """
                Example: ronde notifications list --count 50
                A message that could not be delivered is tried again, after ever longer waits,
                until it is given up; see 'give_up:' below 'notifications:' in ronde.yaml.
                """)

        @Option(help: "How many messages that arrived or were given up; all as JSON.") var count: Int?
        @Flag(help: "Print JSON: {\"alerts\": […], \"messages\": […]}, messages newest first.") var json = false
        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            if let count, count < 0 { throw ValidationError("--count takes 0 or more.") }
        }

        func run() throws {
            let instance = try instance.instance()
            let store = try RunStore.open(instance.runnerSettings())
            let alerts = try store.alerts()
            let all = try store.dispatches(limit: 100_000)
            let settled = all.filter { $0.state != .waiting }
            let messages = all.filter { $0.state == .waiting } + settled.prefix(count ?? (json ? Int.max : 10))
            if json {
                return try JSONOutput.print(
                    NotificationsShape(alerts, messages.sorted { $0.id > $1.id }), instants: instance.timeZone)
            }
            if instance.notifications.isEmpty {
                Terminal.say("Nobody is told anything: ronde.yaml has no 'notifications:'.")
            }
            show(alerts, in: instance.timeZone)
            show(messages, in: instance.timeZone)
        }

        private func show(_ alerts: [Alert], in timeZone: TimeZone) {
            guard !alerts.isEmpty else { return Terminal.say("No alert is open.") }
            var table = TextTable(columns: [
                .init("Alert", minimum: 8), .init("Outcome"), .init("Since"), .init("Rule", minimum: 4),
                .init("Told", minimum: 8),
            ])
            for alert in alerts {
                let state = alert.state
                let told: String
                if let acknowledgement = state.acknowledgement {
                    told = ["acknowledged", acknowledgement.note].compactMap(\.self).joined(separator: ": ")
                } else {
                    told = state.lastTold.map { InstantText.format($0, in: timeZone) } ?? "not yet"
                }
                table.add([
                    alert.subject.words, state.isFailing ? state.outcome.rawValue : "over",
                    InstantText.format(state.since, in: timeZone), alert.rule, told,
                ])
            }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }

        private func show(_ messages: [QueuedDispatch], in timeZone: TimeZone) {
            guard !messages.isEmpty else { return Terminal.say("No message was ever queued.") }
            var table = TextTable(columns: [
                .init("Written"), .init("To", minimum: 4), .init("State"), .init("Message", minimum: 12),
                .init("Answer", minimum: 8),
            ])
            for message in messages.sorted(by: { $0.id < $1.id }) {
                let again =
                    message.state == .waiting && message.attempts > 0
                    ? ["again at \(InstantText.format(message.at, in: timeZone))"] : []
                table.add([
                    InstantText.format(message.madeAt, in: timeZone), message.dispatch.target.name,
                    message.state.rawValue, message.dispatch.headline,
                    (again + [message.answer].compactMap(\.self)).joined(separator: ": "),
                ])
            }
            Terminal.write("\n" + table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }
    }
}

extension Dispatch.Target {
    /// The name of the channel or dead-man's switch.
    var name: String {
        switch self {
        case .channel(let name), .pings(let name): name
        }
    }
}

extension Dispatch {
    /// What it says, on one line.
    var headline: String {
        switch content {
        case .notice(let notice): notice.subject
        case .ping(let ping):
            switch ping.signal {
            case .start: "ping: \(ping.run) began"
            case .success: "ping: \(ping.run) ended well"
            case .failure: "ping: \(ping.run) failed"
            case .status(let status): "ping: \(ping.run) ended with \(status)"
            }
        }
    }
}

struct NotificationsShape: Encodable {
    struct AlertRow: Encodable {
        let kind, name, rule, outcome: String
        let is_failing: Bool
        let since: Date
        let failures: Int
        @OrNull var told: String?
        @OrNull var last_told: Date?
        @OrNull var acknowledged_at: Date?
        @OrNull var note: String?
        @OrNull var run: String?
    }

    struct MessageRow: Encodable {
        let id: Int64
        let to, kind, about, message, state: String
        let made_at: Date
        let attempts: Int
        @OrNull var next_attempt: Date?
        @OrNull var settled_at: Date?
        @OrNull var answer: String?
        let merged: Int
    }

    let alerts: [AlertRow]
    let messages: [MessageRow]

    init(_ alerts: [Alert], _ messages: [QueuedDispatch]) {
        self.alerts = alerts.map(Self.row)
        self.messages = messages.map(Self.row)
    }

    static func row(_ alert: Alert) -> AlertRow {
        let state = alert.state
        return AlertRow(
            kind: alert.subject.kind.rawValue, name: alert.subject.name, rule: alert.rule,
            outcome: state.outcome.rawValue, is_failing: state.isFailing, since: state.since, failures: state.failures,
            told: state.told?.rawValue, last_told: state.lastTold, acknowledged_at: state.acknowledgement?.at,
            note: state.acknowledgement?.note, run: alert.facts.run?.rawValue)
    }

    private static func row(_ queued: QueuedDispatch) -> MessageRow {
        let kind =
            switch queued.dispatch.target {
            case .channel: "channel"
            case .pings: "pings"
            }
        let isWaiting = queued.state == .waiting
        return MessageRow(
            id: queued.id, to: queued.dispatch.target.name, kind: kind, about: queued.dispatch.topic,
            message: queued.dispatch.headline, state: queued.state.rawValue, made_at: queued.madeAt,
            attempts: queued.attempts, next_attempt: isWaiting ? queued.at : nil,
            settled_at: isWaiting ? nil : queued.at, answer: queued.answer, merged: queued.absorbed)
    }
}
