import Glibc
import Networking
import Testing

@Suite("A redirect")
struct RedirectTests {
    private let client = HTTPClient()

    private static func redirect(to location: String) -> String {
        reply("302 Found", headers: ["Location: \(location)"], body: "elsewhere")
    }

    @Test("is the reply unless it is to be followed")
    func notFollowed() async throws {
        try await RawServer.open(answering(Self.redirect(to: "/b"))) { server in
            let reply = try await client.send(HTTPRequest(url: server.url + "/a"))
            #expect(reply.status == 302 && reply.headers["location"] == "/b")
            #expect(server.requests.count == 1)
        }
    }

    @Test("is followed to a reply that holds nothing of the redirect")
    func followed() async throws {
        let behaviour: Behaviour = { connection in
            let isFirst = connection.readRequest().hasPrefix("GET /a ")
            connection.answer(isFirst ? Self.redirect(to: "/b") : reply(body: "here"))
        }
        try await RawServer.open(behaviour) { server in
            let reply = try await client.send(HTTPRequest(url: server.url + "/a", followsRedirects: true))
            #expect(reply.status == 200 && reply.body == Array("here".utf8))
            #expect(reply.headers["Location"] == nil)
            #expect(reply.url == server.url + "/b")
        }
    }

    @Test("is not followed by a method that may change something", arguments: [HTTPMethod.post, .put, .delete])
    func unsafeMethod(_ method: HTTPMethod) async throws {
        try await RawServer.open(answering(Self.redirect(to: "/b"))) { server in
            let reply = try await client.send(HTTPRequest(method, url: server.url, followsRedirects: true))
            #expect(reply.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test("in a loop ends after five")
    func loop() async throws {
        try await RawServer.open(answering(Self.redirect(to: "/again"))) { server in
            let failure = try await #require(throws: HTTPFailure.self) {
                try await client.send(HTTPRequest(url: server.url, followsRedirects: true))
            }
            #expect(failure.kind == .tooManyRedirects(limit: 5))
            #expect(server.requests.count == 6)
        }
    }

    @Test(
        "out of HTTP is not followed",
        arguments: ["ftp://127.0.0.1:1/", "file:///etc/passwd", "gopher://127.0.0.1:1/x", "http://[::1", "http://:0:0"])
    func otherScheme(_ location: String) async throws {
        try await RawServer.open(answering(Self.redirect(to: location))) { server in
            let failure = try await #require(throws: HTTPFailure.self) {
                try await client.send(HTTPRequest(url: server.url, followsRedirects: true))
            }
            guard case .brokenReply = failure.kind else {
                Issue.record("\(failure)")
                return
            }
        }
    }

    @Test("that leads to a failure is told, without its credentials")
    func brokenTarget() async throws {
        let (listener, port) = try RawServer.listen(at: .ipv4, backlog: 1)
        close(listener)
        try await RawServer.open(answering(Self.redirect(to: "http://u:hunter2@127.0.0.1:\(port)/x"))) { server in
            let failure = try await #require(throws: HTTPFailure.self) {
                try await client.send(HTTPRequest(url: server.url, followsRedirects: true))
            }
            #expect(failure.kind == .connectionRefused)
            #expect(failure.redirectedTo == "http://***@127.0.0.1:\(port)/x")
            #expect(failure.description.hasPrefix("\(server.url) (redirected to http://***@127.0.0.1:\(port)/x): "))
        }
    }

    @Test("does not carry credentials to another server")
    func foreignTarget() async throws {
        try await RawServer.open(answering(reply())) { other in
            try await RawServer.open(answering(Self.redirect(to: other.url))) { server in
                let request = HTTPRequest(
                    url: "http://u:p@127.0.0.1:\(server.port)/", headers: ["Authorization": "Bearer t"],
                    followsRedirects: true)
                _ = try await client.send(request)
                #expect(server.requests.first?.contains("Authorization: Bearer t\r\n") == true)
                #expect(other.requests.first?.contains("Authorization") == false)
            }
        }
    }

    @Test("to a server that is silent runs out of time waiting, not receiving")
    func silentTarget() async throws {
        try await RawServer.open(stalling()) { silent in
            try await RawServer.open(answering(Self.redirect(to: silent.url))) { server in
                let failure = try await #require(throws: HTTPFailure.self) {
                    try await client.send(
                        HTTPRequest(url: server.url, timeLimit: .milliseconds(300), followsRedirects: true))
                }
                #expect(failure.kind == .timedOut(while: .waiting, limit: .milliseconds(300)))
            }
        }
    }
}
