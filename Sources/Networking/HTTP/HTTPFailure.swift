/// Why there is no reply.
package struct HTTPFailure: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case invalidURL(reason: String)
        /// Header, body, limit or path that cannot be sent or kept.
        case invalidRequest(reason: String)
        case unresolvedName
        case connectionRefused
        case unreachable(reason: String)
        /// `limit` is the one that ran out: `connectLimit` or `timeLimit`.
        case timedOut(while: HTTPStage, limit: Duration)
        case tls(TLSProblem, reason: String)
        case bodyTooLarge(limit: Int)
        case emptyReply
        case brokenReply(reason: String)
        case tooManyRedirects(limit: Int)
        case cancelled
        /// A code of libcurl's that no other kind stands for.
        case other(code: Int, reason: String)
    }

    /// What was wrong with a TLS connection.
    package enum TLSProblem: Sendable, Hashable {
        /// The certificate is out of date, or not valid yet.
        case expired
        case untrusted
        case wrongHost
        /// The file of certificate authorities cannot be read or holds none.
        case authorityFile
        case handshake
    }

    package var kind: Kind
    /// The URL of the request, with credentials masked.
    package var url: String
    /// Where redirects had led when it failed, with credentials masked; nil before the first redirect.
    package var redirectedTo: String?
    /// The times of the phases that were reached.
    package var phases: HTTPPhases

    /// Makes a failure; `url` and `redirectedTo` are masked here.
    package init(_ kind: Kind, url: String, redirectedTo: String? = nil, phases: HTTPPhases = HTTPPhases()) {
        self.kind = kind
        self.url = MaskedURL(url).description
        self.redirectedTo = redirectedTo.map { MaskedURL($0).description }
        self.phases = phases
    }

    init(_ kind: Kind, of request: HTTPRequest) { self.init(kind, url: request.url) }
}
