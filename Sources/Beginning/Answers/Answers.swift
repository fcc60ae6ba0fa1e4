package import SystemPackage

/// What a person says of the service that an instance is begun for.
///
/// It may hold anything: ``Trial`` says what of it the configuration refuses.
package struct Answers: Hashable, Sendable {
    /// The name of the service.
    package var service: String
    /// What people call it; nil for the name.
    package var title: String?
    /// Its base URL; nil for a service that is not asked.
    package var url: String?
    /// The path below the URL that tells whether it is well; nil for the usual one, see ``usualHealth``.
    package var health: String?
    /// The absolute path of its SQLite file; nil for none.
    package var database: FilePath?
    /// The absolute path of the folder below which each tier of backups has a folder; nil for the usual one.
    package var backups: FilePath?
    /// The IANA name of the zone of schedules and backups.
    package var timeZone: String
    /// Whom to tell; nil for nobody.
    package var mail: MailAnswers?

    package init(
        service: String, title: String? = nil, url: String? = nil, health: String? = nil, database: FilePath? = nil,
        backups: FilePath? = nil, timeZone: String = "UTC", mail: MailAnswers? = nil
    ) {
        self.service = service
        self.title = title
        self.url = url
        self.health = health
        self.database = database
        self.backups = backups
        self.timeZone = timeZone
        self.mail = mail
    }

    /// Where services commonly say how they are, and what the `health` plugin asks where nothing is said.
    package static let usualHealth = "/api/health"

    /// The path that is asked.
    package var healthPath: String { health ?? Self.usualHealth }
}

/// To whom and how mail is sent.
package struct MailAnswers: Hashable, Sendable {
    package var to: String
    package var from: String
    /// As in `smtp://localhost:25`.
    package var server: String

    package init(to: String, from: String, server: String) {
        self.to = to
        self.from = from
        self.server = server
    }

    /// Whether the server is on this machine.
    var isLocal: Bool {
        let host = server.drop { $0 != ":" }.drop { $0 == ":" || $0 == "/" }
        return ["localhost", "127.0.0.1", "[::1]"].contains { name in
            host.hasPrefix(name) && (host.dropFirst(name.count).first ?? ":") == ":"
        }
    }
}
