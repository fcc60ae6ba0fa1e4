package import Foundation
package import Maintenance
import Networking
import RunStore
import SystemPackage

/// Takes messages to their targets.
package protocol Courier: Sendable {
    /// What is to be done to deliver a message; nil where nobody of that name is configured.
    ///
    /// The delivery itself throws nothing and keeps its own time limit.
    func delivery(
        of queued: QueuedDispatch, _ settings: NotificationSettings
    ) -> (@Sendable () async -> DeliveryResult)?
}

/// Delivers by mail, webhook, command and ping.
package struct Couriers: Courier {
    let environment: [String: String]
    let timeZone: @Sendable () -> TimeZone
    let http: HTTPClient
    let mail: MailClient

    /// How long a ping may take.
    static let pingLimit = Duration.seconds(20)

    /// - Parameters:
    ///   - environment: what secrets are looked up in, and where commands find `PATH` and `HOME`.
    ///   - timeZone: the zone of the times that programs get.
    package init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        timeZone: @escaping @Sendable () -> TimeZone
    ) {
        self.environment = environment
        self.timeZone = timeZone
        http = HTTPClient()
        mail = MailClient()
    }

    package func delivery(
        of queued: QueuedDispatch, _ settings: NotificationSettings
    ) -> (@Sendable () async -> DeliveryResult)? {
        switch (queued.dispatch.target, queued.dispatch.content) {
        case (.channel(let name), .notice(var notice)):
            guard let channel = settings.channel(named: name) else { return nil }
            if queued.absorbed > 0 {
                let messages = queued.absorbed == 1 ? "1 earlier message" : "\(queued.absorbed) earlier messages"
                notice.text += "\n\n(\(messages) about this could not be delivered.)"
            }
            let whole = notice
            return { await send(whole, through: channel, to: queued.remaining) }
        case (.pings(let name), .ping(let ping)):
            guard let target = settings.pings.first(where: { $0.name == name }) else { return nil }
            return { await send(ping, to: target) }
        case (.channel, .ping), (.pings, .notice): return nil
        }
    }

    /// Sends one notice now, to these of the channel's recipients; nil for all.
    package func send(
        _ notice: Notice, through channel: NoticeChannel, to recipients: [String]? = nil
    ) async -> DeliveryResult {
        switch channel.means {
        case .mail(let mail): await send(notice, mail, to: recipients, limit: channel.timeLimit.duration)
        case .webhook(let webhook): await send(notice, webhook, limit: channel.timeLimit.duration)
        case .command(let program): await send(notice, program, limit: channel.timeLimit.duration)
        }
    }

    /// Gets a secret and remembers it for the mask.
    func reveal(_ source: SecretSource, _ mask: inout SecretMask) throws(SecretError) -> String {
        let secret = try source.reveal(environment: environment)
        mask.add(secret)
        return secret.text
    }

    func address(_ address: WebAddress, _ mask: inout SecretMask) throws(SecretError) -> String {
        switch address {
        case .plain(let url): return url
        case .secret(let source):
            let secret = try source.reveal(environment: environment)
            mask.add(url: secret)
            return secret.text
        }
    }
}
