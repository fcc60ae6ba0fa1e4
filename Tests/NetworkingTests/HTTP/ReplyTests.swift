import Glibc
import Networking
import Testing

@Suite("An HTTP reply")
struct ReplyTests {
    private let client = HTTPClient()

    @Test("has status, headers, body and the address that answered")
    func whole() async throws {
        let text = reply(headers: ["X-Version: 7", "Set-Cookie: a=1", "set-cookie: b=2"], body: "hello")
        try await RawServer.open(answering(text)) { server in
            let reply = try await client.send(HTTPRequest(url: server.url + "/health"))
            #expect(reply.status == 200)
            #expect(reply.headers["x-VERSION"] == "7")
            #expect(reply.headers.values(for: "Set-Cookie") == ["a=1", "b=2"])
            #expect(reply.headers["X-Other"] == nil)
            #expect(reply.body == Array("hello".utf8))
            #expect(reply.remoteAddress == "127.0.0.1:\(server.port)")
            #expect(reply.url == server.url + "/health")
            let head = try #require(server.requests.first)
            #expect(head.hasPrefix("GET /health HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
            #expect(head.contains("\r\nUser-Agent: ronde\r\n"))
        }
    }

    @Test("is a reply whatever its status", arguments: ["204 No Content", "404 Not Found", "503 Service Unavailable"])
    func status(_ status: String) async throws {
        try await RawServer.open(answering(reply(status))) { server in
            let reply = try await client.send(HTTPRequest(url: server.url))
            #expect("\(reply.status)" == status.prefix(3))
        }
    }

    @Test(
        "is read in each form of HTTP/1",
        arguments: [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\nabcde",
            "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
            "HTTP/1.1 200 OK\nContent-Length: 5\n\nabcde",
            "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nabcde and more than was announced",
        ])
    func forms(_ text: String) async throws {
        try await RawServer.open(answering(text)) { server in
            let reply = try await client.send(HTTPRequest(url: server.url))
            #expect(reply.status == 200)
            #expect(String(decoding: reply.body, as: UTF8.self) == "abcde")
            #expect(reply.headers["X-Early"] == nil)
        }
    }

    @Test("keeps odd headers whole: folded, empty, not UTF-8")
    func oddHeaders() async throws {
        let text = "HTTP/1.1 200 OK\r\nX-Long: one\r\n  two\r\nX-Empty:\r\nX-Colon: a:b\r\nContent-Length: 0\r\n\r\n"
        try await RawServer.open(answering(text)) { server in
            let reply = try await client.send(HTTPRequest(url: server.url))
            #expect(reply.headers["X-Long"] == "one two")
            #expect(reply.headers["X-Empty"] == "")
            #expect(reply.headers["X-Colon"] == "a:b")
        }
    }

    @Test("may be as large as the limit says, and no byte larger", arguments: [0, 1, 70_000])
    func limit(_ size: Int) async throws {
        try await RawServer.open(answering(reply(body: String(repeating: "x", count: size)))) { server in
            let reply = try await client.send(HTTPRequest(url: server.url, bodyLimit: size))
            #expect(reply.body.count == size)
            guard size > 0 else { return }
            let failure = await #expect(throws: HTTPFailure.self) {
                try await client.send(HTTPRequest(url: server.url, bodyLimit: size - 1))
            }
            #expect(failure?.kind == .bodyTooLarge(limit: size - 1))
        }
    }

    @Test("brings the time of each phase, growing from one to the next")
    func phases() async throws {
        try await RawServer.open(answering(reply(), after: 60)) { server in
            let phases = try await client.send(HTTPRequest(url: server.url)).phases
            let nameLookup = try #require(phases.nameLookup)
            let connect = try #require(phases.connect)
            let firstByte = try #require(phases.firstByte)
            #expect(phases.tls == nil)
            #expect(.zero < nameLookup && nameLookup <= connect && connect < firstByte && firstByte <= phases.total)
            #expect(firstByte >= .milliseconds(55))
            let durations = phases.durations
            let waiting = try #require(durations.waiting)
            #expect(waiting >= .milliseconds(50))
            #expect(durations.receiving == phases.total - firstByte)
            #expect(durations.tls == nil)
        }
    }

    @Test("comes over IPv6 too", .enabled(if: Self.hasIPv6))
    func ipv6() async throws {
        try await RawServer.open(at: .ipv6, answering(reply())) { server in
            let reply = try await client.send(HTTPRequest(url: "http://[::1]:\(server.port)/"))
            #expect(reply.remoteAddress == "[::1]:\(server.port)")
        }
    }

    private static let hasIPv6: Bool = {
        // Whatever the reason is: without a listener there is nothing to test.
        guard let listener = try? RawServer.listen(at: .ipv6, backlog: 1) else { return false }
        return close(listener.descriptor) == 0
    }()

    @Test("comes over a Unix domain socket too")
    func unixSocket() async throws {
        try await TemporaryFolder.open { folder in
            let path = folder.path("service.sock")
            try await RawServer.open(at: .unix(path), answering(reply(body: "local"))) { server in
                let reply = try await client.send(HTTPRequest(url: "http://service/health", unixSocket: path))
                #expect(reply.body == Array("local".utf8))
                #expect(reply.remoteAddress == path)
                #expect(server.requests.first?.contains("Host: service\r\n") == true)
            }
        }
    }
}
