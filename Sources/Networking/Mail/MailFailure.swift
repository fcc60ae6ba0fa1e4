/// Why a message was not taken.
package struct MailFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// Something of the request that cannot be sent as it is.
        case invalidRequest(reason: String)
        case unresolvedName
        case connectionRefused
        case unreachable(reason: String)
        case timedOut(limit: Duration)
        /// The server offers no STARTTLS, and without it nothing may be sent.
        case noTLS
        case tls(HTTPFailure.TLSProblem, reason: String)
        case loginRefused
        /// The server said no; see ``MailFailure/answer``.
        case refused
        /// What answers is no server of SMTP, or it broke off.
        case broken(reason: String)
        case cancelled
        case other(code: Int, reason: String)
    }

    package var kind: Kind
    /// As ``MailServer`` describes itself.
    package var server: String
    /// The server's last words, one line; nil where it said nothing.
    package var answer: String?

    package init(_ kind: Kind, server: MailServer, answer: String? = nil) {
        self.kind = kind
        self.server = server.description
        self.answer = answer.map { Printable($0).description }
    }

    init(_ kind: Kind, of request: MailRequest, answer: String? = nil) {
        self.init(kind, server: request.server, answer: answer)
    }

    /// Whether the server itself asks to try again later (4yz), or was never asked.
    package var isTemporary: Bool {
        switch kind {
        case .invalidRequest, .noTLS, .loginRefused: false
        case .refused: answer?.hasPrefix("4") ?? true
        default: true
        }
    }

    /// One sentence: where, what, and what to look at.
    package var description: String {
        let said = answer.map { "; the server's last words: \($0)" } ?? ""
        return "\(server): \(words)\(said)"
    }

    private var words: String {
        switch kind {
        case .invalidRequest(let reason): "the message cannot be sent: \(reason)"
        case .unresolvedName:
            "the host name has no address; check its spelling and the name server (/etc/resolv.conf)"
        case .connectionRefused:
            "connection refused, nothing listens there; check that the mail server runs and that the port is right"
        case .unreachable(let reason): "cannot be reached (\(reason)); check the network, the address and a firewall"
        case .timedOut(let limit):
            "the message was not taken within \(Self.text(limit)); check the port (465 speaks TLS from its first byte, "
                + "587 and 25 do not), a firewall, and the server's load"
        case .noTLS:
            "the server offers no STARTTLS; use its port for TLS with smtps://, or say 'tls: none' if you trust the way"
        case .tls(let problem, let reason): "no secure connection (\(reason)); \(problem.mailAdvice)"
        case .loginRefused: "user or password were refused; check both, and whether the server takes them on this port"
        case .refused: "the server refused the message"
        case .broken(let reason):
            "the conversation broke off (\(reason)); check that a mail server answers on this port"
        case .cancelled: "the delivery was cancelled"
        case .other(let code, let reason): "failed with libcurl's code \(code) (\(reason))"
        }
    }

    private static func text(_ limit: Duration) -> String {
        let (seconds, attoseconds) = limit.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        return milliseconds == 0 ? "\(seconds) s" : "\(seconds * 1000 + milliseconds) ms"
    }
}

extension HTTPFailure.TLSProblem {
    fileprivate var mailAdvice: String {
        switch self {
        case .expired: "check the dates of the certificate and this machine's clock"
        case .untrusted: "name the file of the authority that signed the certificate, if you trust it"
        case .wrongHost: "the certificate is for another host: use the name that is in it"
        case .authorityFile: "check the path of the authority's file, that it can be read and is PEM"
        case .handshake: "check that the port speaks TLS 1.2 or later from its first byte, or use smtp:// for STARTTLS"
        }
    }
}
