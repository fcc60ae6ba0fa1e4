/// What a request asks for.
package enum HTTPMethod: String, Sendable, Hashable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    var takesBody: Bool { self != .get && self != .head }
}

/// One HTTP request with its limits.
///
/// Nothing is taken from the surroundings: no proxy from the environment (a probe of `127.0.0.1` that goes through
/// `http_proxy` would report on the proxy), no `.netrc`, no cookies, no connection left over from an earlier request.
/// It asks over HTTP/1.1 and for the body as it is, without compression.
package struct HTTPRequest: Sendable, Hashable, CustomStringConvertible {
    /// An absolute `http` or `https` URL; `user:password@` in it becomes basic authentication.
    package var url: String
    package var method: HTTPMethod
    /// Header lines beside those that are always sent; `Content-Length` and `Transfer-Encoding` come from the body.
    package var headers: HTTPHeaders
    /// The body as it is sent; not for GET and HEAD.
    package var body: [UInt8]?
    /// How long all of it may take, from the name lookup to the last byte; more than zero, cut to a week.
    package var timeLimit: Duration
    /// How long the name lookup, the connection and its TLS handshake may take together; nil leaves only `timeLimit`.
    package var connectLimit: Duration?
    /// How many bytes of body are accepted.
    package var bodyLimit: Int
    /// A PEM file of the only authorities that are trusted; nil trusts the system's.
    package var certificateAuthority: String?
    /// Whether GET and HEAD go where a redirect points, ``redirectLimit`` times at most.
    ///
    /// Other methods never do: their redirect is the reply.
    package var followsRedirects: Bool
    /// The path of a Unix domain socket to connect to; the URL then only fills the request line and `Host`.
    package var unixSocket: String?

    package static let redirectLimit = 5

    /// Describes a request; without more arguments a GET that may take ten seconds and bring 1 MiB.
    package init(
        _ method: HTTPMethod = .get, url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil,
        timeLimit: Duration = .seconds(10), connectLimit: Duration? = nil, bodyLimit: Int = 1 << 20,
        certificateAuthority: String? = nil, followsRedirects: Bool = false, unixSocket: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
        self.connectLimit = connectLimit
        self.bodyLimit = bodyLimit
        self.certificateAuthority = certificateAuthority
        self.followsRedirects = followsRedirects
        self.unixSocket = unixSocket
    }

    /// Method and URL, without the secrets that URL, headers and body may hold.
    package var description: String { "\(method.rawValue) \(MaskedURL(url))" }
}
