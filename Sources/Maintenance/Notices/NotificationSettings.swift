/// Whom Ronde tells of what, and how.
package struct NotificationSettings: Hashable, Sendable {
    /// In the order of the file; names are unique.
    package var channels: [NoticeChannel]
    /// In the order of the file; names are unique.
    package var rules: [NoticeRule]
    /// In the order of the file; names are unique.
    package var pings: [PingTarget]
    /// How long delivery of a message is tried.
    package var giveUpAfter: TimeSpan

    package init(
        channels: [NoticeChannel] = [], rules: [NoticeRule] = [], pings: [PingTarget] = [],
        giveUpAfter: TimeSpan = TimeSpan(.seconds(3 * 86_400))
    ) {
        self.channels = channels
        self.rules = rules
        self.pings = pings
        self.giveUpAfter = giveUpAfter
    }

    /// Nobody is told anything.
    package static let none = NotificationSettings()

    /// Whether there is anybody to tell.
    package var isEmpty: Bool { channels.isEmpty && pings.isEmpty }

    /// The channel with this name.
    package func channel(named name: String) -> NoticeChannel? { channels.first { $0.name == name } }

    /// The names of the channels that a rule sends to.
    package func channels(of rule: NoticeRule) -> [String] { rule.channels ?? channels.map(\.name) }
}

/// A way to reach people or programs.
package struct NoticeChannel: Hashable, Sendable {
    package enum Means: Hashable, Sendable {
        case mail(MailChannel)
        case webhook(WebhookChannel)
        /// A program and its arguments; the message is on its standard input.
        case command([String])
    }

    package var name: String
    package var means: Means
    /// The longest one delivery may take.
    package var timeLimit: TimeSpan

    package init(name: String, means: Means, timeLimit: TimeSpan = TimeSpan(.seconds(30))) {
        self.name = name
        self.means = means
        self.timeLimit = timeLimit
    }
}

/// Mail through a server that takes it.
package struct MailChannel: Hashable, Sendable {
    /// How the connection to the server is made secret.
    package enum Security: String, Hashable, Sendable, CaseIterable {
        /// TLS from the first byte where the address begins with `smtps:`, else STARTTLS, or nothing is sent.
        case required
        /// STARTTLS where the server offers it.
        case ifOffered = "if_offered"
        case none
    }

    /// Who logs in at the server.
    package struct Login: Hashable, Sendable {
        package var user: String
        package var password: SecretSource

        package init(user: String, password: SecretSource) {
            self.user = user
            self.password = password
        }
    }

    /// A name or an address, without the brackets of IPv6.
    package var host: String
    package var port: Int
    /// Whether TLS begins with the first byte (`smtps:`).
    package var isSecureFromStart: Bool
    package var security: Security
    /// The PEM file of the only authorities that are trusted; nil for the system's.
    package var authority: String?
    package var login: Login?
    package var from: MailAddress
    /// At least one.
    package var to: [MailAddress]

    package init(
        host: String, port: Int, isSecureFromStart: Bool = false, security: Security = .required,
        authority: String? = nil, login: Login? = nil, from: MailAddress, to: [MailAddress]
    ) {
        self.host = host
        self.port = port
        self.isSecureFromStart = isSecureFromStart
        self.security = security
        self.authority = authority
        self.login = login
        self.from = from
        self.to = to
    }
}

/// A request to a server of HTTP.
package struct WebhookChannel: Hashable, Sendable {
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// The whole notice, for programs.
        case json
        /// What Slack takes, and others that understand it.
        case slack
        /// A text with the headers of ntfy.
        case ntfy
    }

    /// A header of the request.
    package struct Header: Hashable, Sendable {
        package enum Value: Hashable, Sendable {
            case plain(String)
            case secret(SecretSource)
        }

        package var name: String
        package var value: Value

        package init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    package var url: WebAddress
    package var format: Format
    package var headers: [Header]
    /// Sent as `Authorization: Bearer …`.
    package var token: SecretSource?
    /// The PEM file of the only authorities that are trusted; nil for the system's.
    package var authority: String?

    package init(
        url: WebAddress, format: Format = .json, headers: [Header] = [], token: SecretSource? = nil,
        authority: String? = nil
    ) {
        self.url = url
        self.format = format
        self.headers = headers
        self.token = token
        self.authority = authority
    }
}

/// An address of HTTP, which often is a secret itself.
package enum WebAddress: Hashable, Sendable {
    case plain(String)
    case secret(SecretSource)
}

/// A dead-man's switch outside, which learns by pings that runs begin and how they end.
package struct PingTarget: Hashable, Sendable {
    package var name: String
    /// To which `/start`, `/fail` and so on are appended.
    package var url: WebAddress
    /// The checklists whose runs are told of; nil for all.
    package var checklists: [String]?
    /// Whether it is told that a run began.
    package var tellsStart: Bool
    /// Whether the exit status of the outcome is sent instead of success and failure.
    package var tellsStatus: Bool
    /// The PEM file of the only authorities that are trusted; nil for the system's.
    package var authority: String?

    package init(
        name: String, url: WebAddress, checklists: [String]? = nil, tellsStart: Bool = true,
        tellsStatus: Bool = false, authority: String? = nil
    ) {
        self.name = name
        self.url = url
        self.checklists = checklists
        self.tellsStart = tellsStart
        self.tellsStatus = tellsStatus
        self.authority = authority
    }
}
