import Maintenance
import PluginKit
import Networking
import Probing

/// Sends the requests of a round trip.
struct RecordClient: Sendable {
    /// What came of a request: an answer, or words that say why there is none.
    enum Answer: Sendable {
        case reply(HTTPReply)
        /// `wasSent` is false where the service cannot have heard of it.
        case none(words: String, wasSent: Bool)

        var reply: HTTPReply? {
            if case .reply(let reply) = self { reply } else { nil }
        }

        /// In words that follow the request's.
        var words: String {
            switch self {
            case .reply(let reply): "answers \(reply.status): \(Excerpt.of(reply.body, limit: 120))"
            case .none(let words, _): "does not answer: \(words)"
            }
        }
    }

    let headers: HTTPHeaders
    let timeLimit: Duration
    let certificateAuthority: String?
    private let client = HTTPClient(atMost: 64)

    init(headers: HTTPHeaders, timeLimit: Duration, certificateAuthority: String?) {
        self.headers = headers
        self.timeLimit = timeLimit
        self.certificateAuthority = certificateAuthority
    }

    func send(_ method: HTTPMethod, _ url: String, body: [UInt8]? = nil) async -> Answer {
        var headers = headers
        if body != nil, headers["Content-Type"] == nil {
            headers.append(name: "Content-Type", value: "application/json")
        }
        let request = HTTPRequest(
            method, url: url, headers: headers, body: body, timeLimit: timeLimit,
            certificateAuthority: certificateAuthority)
        do throws(HTTPFailure) {
            return .reply(try await client.send(request))
        } catch {
            return .none(words: "\(error)", wasSent: Self.wasSent(error.kind))
        }
    }

    private static func wasSent(_ kind: HTTPFailure.Kind) -> Bool {
        switch kind {
        case .invalidURL, .invalidRequest, .unresolvedName, .connectionRefused, .tls: false
        case .timedOut(while: let stage, _): ![.resolving, .connecting, .securing].contains(stage)
        default: true
        }
    }
}
