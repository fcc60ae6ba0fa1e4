/// A server that takes mail over SMTP.
package struct MailServer: Sendable, Hashable, CustomStringConvertible {
    /// How the connection is made secret.
    package enum Security: Sendable, Hashable {
        /// TLS from the first byte.
        case fromStart
        /// STARTTLS; without it nothing is sent.
        case startTLS
        /// STARTTLS where the server offers it.
        case ifOffered
        case none
    }

    /// A name or an address; IPv6 without brackets.
    package var host: String
    package var port: Int
    package var security: Security
    /// A PEM file of the only authorities that are trusted; nil trusts the system's.
    package var certificateAuthority: String?

    package init(host: String, port: Int, security: Security, certificateAuthority: String? = nil) {
        self.host = host
        self.port = port
        self.security = security
        self.certificateAuthority = certificateAuthority
    }

    /// As people write it: `smtp://mail.example.org:587`.
    package var description: String {
        let scheme = security == .fromStart ? "smtps" : "smtp"
        return Printable("\(scheme)://\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)")
            .description
    }
}

/// One message for a server, with its envelope and limits.
///
/// As with ``HTTPRequest`` nothing is taken from the surroundings: no proxy, no `.netrc`.
package struct MailRequest: Sendable, CustomStringConvertible {
    /// Who logs in.
    package struct Login: Sendable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    package var server: MailServer
    package var login: Login?
    /// What this host calls itself to the server.
    package var ownName: String
    /// The address that failures are returned to.
    package var sender: String
    /// At least one address.
    package var recipients: [String]
    /// Headers and body in lines that end with CR and LF; the dots that SMTP needs doubled are doubled on the way.
    package var message: [UInt8]
    /// How long all of it may take; more than zero.
    package var timeLimit: Duration

    package init(
        server: MailServer, login: Login? = nil, ownName: String = "localhost", sender: String, recipients: [String],
        message: [UInt8], timeLimit: Duration = .seconds(30)
    ) {
        self.server = server
        self.login = login
        self.ownName = ownName
        self.sender = sender
        self.recipients = recipients
        self.message = message
        self.timeLimit = timeLimit
    }

    /// Server and recipients, without anything secret.
    package var description: String { "mail to \(recipients.joined(separator: ", ")) through \(server)" }
}

/// That a server took a message.
package struct MailReceipt: Sendable, Hashable {
    /// A recipient whom the server refused while it took the message for others.
    package struct Refusal: Sendable, Hashable {
        package var recipient: String
        /// The server's words.
        package var answer: String
        /// Whether the server asks to try again later (4yz).
        package var isTemporary: Bool
    }

    /// What the server said in the end, as in `250 2.0.0 Ok: queued as 4F2C1`.
    package var answer: String
    package var refused: [Refusal]
}

extension MailRequest {
    /// Refuses what would reach the server as something else than was meant.
    ///
    /// - Throws: ``MailFailure`` of kind `invalidRequest`.
    func check() throws(MailFailure) {
        if let reason = firstMistake { throw MailFailure(.invalidRequest(reason: reason), of: self) }
    }

    private var firstMistake: String? {
        if timeLimit <= .zero { return "its time limit is not more than zero" }
        if !Self.isHost(server.host) { return "'\(Printable(server.host))' is no host" }
        if !(1...65_535).contains(server.port) { return "\(server.port) is no port" }
        if recipients.isEmpty { return "it has no recipients" }
        for address in recipients + [sender] where !Self.isAddress(address) {
            return "'\(Printable(address))' is no address"
        }
        if let login, (login.user + login.password).utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return "user or password have control characters"
        }
        if let path = server.certificateAuthority, path.isEmpty || path.utf8.contains(0) {
            return "'\(Printable(path))' is no path of a certificate authority's file"
        }
        return Self.hasWholeLines(message) ? nil : "the message has lines that do not end with CR and LF"
    }

    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255 && !text.hasPrefix("-")
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "-.:_".utf8.contains(byte)
            }
    }

    /// One address and nothing else: no blank, bracket or line end that would become a parameter or a command.
    private static func isAddress(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }
            && text.utf8.filter { $0 == UInt8(ascii: "@") }.count == 1 && !text.hasPrefix("@") && !text.hasSuffix("@")
            && text.utf8.count <= 320
    }

    /// A lone CR or LF is a line end to some servers and none to others, which lets text slip out of its message.
    private static func hasWholeLines(_ bytes: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in bytes {
            if (byte == 0x0A) != (previous == 0x0D) || byte == 0 { return false }
            previous = byte
        }
        return previous == 0x0A
    }

    /// The name for the greeting; what is no host name there would be refused, or worse.
    var greetingName: String {
        Self.isHost(ownName) && !ownName.utf8.contains(UInt8(ascii: ":")) ? ownName : "localhost"
    }
}
