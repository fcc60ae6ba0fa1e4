/// What a server answered, whatever its status: 503 is a reply, not an error.
package struct HTTPReply: Sendable, Hashable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    package var phases: HTTPPhases
    /// Who answered: `127.0.0.1:5000`, `[::1]:5000` or the path of a Unix domain socket.
    package var remoteAddress: String?
    /// Where the reply came from, after redirects, with credentials masked.
    package var url: String

    /// Makes a reply by hand, for tests of what reads them.
    package init(
        status: Int, headers: HTTPHeaders = [:], body: [UInt8] = [], phases: HTTPPhases = HTTPPhases(),
        remoteAddress: String? = nil, url: String = ""
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.phases = phases
        self.remoteAddress = remoteAddress
        self.url = url
    }
}
