extension HTTPFailure: CustomStringConvertible {
    /// One sentence: where, what, and what to look at.
    package var description: String {
        let place = redirectedTo.map { "\(url) (redirected to \($0))" } ?? url
        return "\(place): \(kind.words)"
    }
}

extension HTTPFailure.Kind {
    fileprivate var words: String {
        switch self {
        case .invalidURL(let reason):
            "not a URL that can be asked (\(reason)); write it as http://host:port/path or https://…"
        case .invalidRequest(let reason): "the request cannot be sent: \(reason)"
        case .unresolvedName:
            "the host name has no address; check its spelling and the name server (/etc/resolv.conf)"
        case .connectionRefused:
            "connection refused, nothing listens there; check that the service runs and that the port is right"
        case .unreachable(let reason): "cannot be reached (\(reason)); check the network, the address and the path"
        case .timedOut(let stage, let limit): "no complete reply within \(Self.text(limit)), \(stage.words)"
        case .tls(let problem, let reason): "no secure connection (\(reason)); \(problem.advice)"
        case .bodyTooLarge(let limit):
            "the reply's body is larger than \(limit) bytes; check the path, or raise the body limit"
        case .emptyReply:
            "the connection was closed without a reply; check the service's log, it may have crashed on the request"
        case .brokenReply(let reason):
            "the reply is broken (\(reason)); check that an HTTP server answers on this port, and its log"
        case .tooManyRedirects(let limit):
            "still redirected after \(limit) redirects; check the service for a redirect loop"
        case .cancelled: "the request was cancelled"
        case .other(let code, let reason): "failed with libcurl's code \(code) (\(reason))"
        }
    }

    /// A limit in the unit in which it was most likely written.
    private static func text(_ limit: Duration) -> String {
        let (seconds, attoseconds) = limit.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        if milliseconds == 0, seconds > 0 { return "\(seconds) s" }
        return seconds == 0 ? "\(milliseconds) ms" : "\(seconds * 1000 + milliseconds) ms"
    }
}

extension HTTPStage {
    fileprivate var words: String {
        switch self {
        case .resolving: "the host name was still being looked up; check the name server (/etc/resolv.conf)"
        case .connecting: "the connection was not accepted; check the address, a firewall, and the host's load"
        case .securing: "the TLS handshake was not finished; check that the port speaks TLS"
        case .sending: "the request was not taken in; check whether the service hangs"
        case .waiting: "the request was sent and nothing came back; check whether the service hangs or is overloaded"
        case .receiving: "the reply had begun and did not end; check the service's log and load"
        }
    }
}

extension HTTPFailure.TLSProblem {
    fileprivate var advice: String {
        switch self {
        case .expired: "check the dates of the certificate and this machine's clock"
        case .untrusted: "name the file of the authority that signed the certificate, if you trust it"
        case .wrongHost: "the certificate is for another host: check the URL and the certificate's names"
        case .authorityFile: "check the path of the authority's file, that it can be read and is PEM"
        case .handshake: "check that the port speaks TLS 1.2 or later"
        }
    }
}
