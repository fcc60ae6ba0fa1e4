import Glibc
import Networking
import Testing

@Suite("An HTTP failure")
struct FailureTests {
    private let client = HTTPClient()

    private func failure(of request: HTTPRequest) async throws -> HTTPFailure {
        try await #require(throws: HTTPFailure.self) { try await client.send(request) }
    }

    /// The name of a kind, without its facts.
    private func name(_ kind: HTTPFailure.Kind) -> String { String(String(describing: kind).prefix { $0 != "(" }) }

    struct Server: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let behaviour: Behaviour
        let kind: String

        init(_ description: String, _ behaviour: @escaping Behaviour, _ kind: String) {
            (testDescription, self.behaviour, self.kind) = (description, behaviour, kind)
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\n"

    @Test(
        "names what a server did wrong",
        arguments: [
            Server("closes at once", closing, "emptyReply"),
            Server("resets", resetting, "brokenReply"),
            Server("rubbish", answering("\u{0}\u{1}\u{2} rubbish\r\n\r\n"), "brokenReply"),
            Server("another protocol", answering("SSH-2.0-OpenSSH_9.2\r\n"), "brokenReply"),
            Server("no status", answering("HTTP/1.1 banana\r\n\r\n"), "brokenReply"),
            Server("half a head", answering(ok + "Content-Le"), "brokenReply"),
            Server("body too short", answering(ok + "Content-Length: 10\r\n\r\nabc"), "brokenReply"),
            Server("length below zero", answering(ok + "Content-Length: -3\r\n\r\nabc"), "brokenReply"),
            Server("length not a number", answering(ok + "Content-Length: many\r\n\r\nabc"), "brokenReply"),
            Server(
                "chunk size not a number", answering(ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), "brokenReply"),
            Server("chunks cut off", answering(ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nab"), "brokenReply"),
            Server("endless body", endless(ok + "\r\n", String(repeating: "x", count: 9000)), "bodyTooLarge"),
            Server(
                "endless headers", endless(ok, "X-More: " + String(repeating: "x", count: 900) + "\r\n"), "brokenReply"),
            Server("endless header line", endless(ok + "X: ", String(repeating: "x", count: 9000)), "brokenReply"),
            Server("endless interim replies", endless("", "HTTP/1.1 102 Processing\r\nX-A: 1\r\n\r\n"), "brokenReply"),
            Server(
                "announces more than the limit", answering(ok + "Content-Length: 99999999999\r\n\r\n"), "brokenReply"),
        ])
    func server(_ server: Server) async throws {
        try await RawServer.open(server.behaviour) { listener in
            let failure = try await failure(of: HTTPRequest(url: listener.url))
            #expect(name(failure.kind) == server.kind, "\(failure)")
            #expect(failure.description.hasPrefix(listener.url))
            #expect(failure.phases.connect != nil && failure.phases.total > .zero)
        }
    }

    @Test(
        "says in which phase the time ran out",
        arguments: [
            Server("silent", stalling(), "waiting"),
            Server("stalls in the status line", stalling(after: "HTTP/1.1 2"), "waiting"),
            Server("stalls in a header", stalling(after: ok + "X-A: "), "receiving"),
            Server("stalls behind a header", stalling(after: ok + "X-A: 1\r\n"), "receiving"),
            Server("stalls in the body", stalling(after: ok + "Content-Length: 9\r\n\r\nabc"), "receiving"),
            Server("byte by byte", endless(ok + "\r\n", "x", pause: 20), "receiving"),
            Server("only interim", stalling(after: "HTTP/1.1 103 Early Hints\r\n\r\n"), "waiting"),
        ])
    func timeLimit(_ server: Server) async throws {
        try await RawServer.open(server.behaviour) { listener in
            let failure = try await failure(of: HTTPRequest(url: listener.url, timeLimit: .milliseconds(250)))
            guard case .timedOut(let stage, let limit) = failure.kind else {
                Issue.record("\(failure)")
                return
            }
            #expect(stage.rawValue == server.kind)
            #expect(limit == .milliseconds(250))
            #expect(failure.phases.total >= .milliseconds(250) && failure.phases.total < .seconds(2))
            #expect(failure.description.contains("within 250 ms"))
        }
    }

    @Test("says that a request was not taken in")
    func sending() async throws {
        try await RawServer.open({ $0.waitForClose() }) { server in
            let body = [UInt8](repeating: 0, count: 16 << 20)
            let failure = try await failure(
                of: HTTPRequest(.post, url: server.url, body: body, timeLimit: .seconds(1)))
            #expect(failure.kind == .timedOut(while: .sending, limit: .seconds(1)))
        }
    }

    @Test("says that a TLS handshake did not end, and by which limit")
    func securing() async throws {
        try await RawServer.open({ $0.waitForClose() }) { server in
            let failure = try await failure(
                of: HTTPRequest(url: "https://127.0.0.1:\(server.port)", connectLimit: .milliseconds(200)))
            #expect(failure.kind == .timedOut(while: .securing, limit: .milliseconds(200)))
            #expect(failure.phases.total < .seconds(2))
        }
    }

    @Test("says that a connection was not accepted")
    func connecting() async throws {
        // A listener whose queue is full drops what else comes, as a firewall does.
        let (listener, port) = try RawServer.listen(at: .ipv4, backlog: 0)
        defer { close(listener) }
        let kinds = try await withThrowingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    try await failure(
                        of: HTTPRequest(
                            url: "http://127.0.0.1:\(port)", timeLimit: .seconds(1), connectLimit: .milliseconds(300))
                    ).kind
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(kinds.contains(.timedOut(while: .connecting, limit: .milliseconds(300))))
        #expect(kinds.contains(.timedOut(while: .waiting, limit: .seconds(1))))
    }

    @Test("a connect limit no longer counts once the connection stands")
    func connectLimit() async throws {
        try await RawServer.open(answering(reply(), after: 300)) { server in
            let reply = try await client.send(HTTPRequest(url: server.url, connectLimit: .milliseconds(150)))
            #expect(reply.status == 200)
        }
    }

    @Test("tells a port where nothing listens")
    func refused() async throws {
        // The port of a listener that is gone.
        let (listener, port) = try RawServer.listen(at: .ipv4, backlog: 1)
        close(listener)
        let failure = try await failure(of: HTTPRequest(url: "http://127.0.0.1:\(port)/"))
        #expect(failure.kind == .connectionRefused)
        #expect(failure.description.contains("check that the service runs"))
        #expect(failure.phases.connect == nil)
    }

    @Test("tells a socket file that is not there")
    func missingSocket() async throws {
        let failure = try await failure(of: HTTPRequest(url: "http://service/", unixSocket: "/nonexistent/x.sock"))
        #expect(name(failure.kind) == "unreachable", "\(failure)")
    }

    @Test("tells a host name without an address", arguments: ["a..invalid", String(repeating: "x", count: 70)])
    func unresolved(_ host: String) async throws {
        // Names that the resolver refuses by their form, without asking a name server.
        let failure = try await failure(of: HTTPRequest(url: "http://\(host)/"))
        #expect(failure.kind == .unresolvedName, "\(failure)")
    }

    @Test(
        "never shows user or password of a URL, valid or not",
        arguments: [
            "http://watch:hunter2@127.0.0.1:1/", "http://hunter2@127.0.0.1:1/", "http://watch:hun@hunter2@127.0.0.1:1/",
            "HTTP://watch:hunter2@127.0.0.1:1/", "http:/watch:hunter2@127.0.0.1:1/",
            "http://watch:hunter2@\u{301}127.0.0.1/", "http://watch:p/hunter2@127.0.0.1/", "http://watch:a?hunter2@h/",
            "http://watch:a#hunter2@127.0.0.1/", "http://watch:hunter2 @127.0.0.1/", "ftp://watch:hunter2@127.0.0.1/",
            "watch:hunter2@127.0.0.1", "//watch:hunter2@127.0.0.1", "http://watch:hunter2@127.0.0.1:99999/",
            "http://watch:hunter2@127.0.0.1/\u{0}", "https://watch:hunter2\u{0}@127.0.0.1/",
            "http://watch:hunter2\\@127.0.0.1:1/",
        ])
    func secrets(_ url: String) async throws {
        let request = HTTPRequest(url: url, headers: ["Authorization": "Bearer hunter2"], timeLimit: .seconds(1))
        let failure = try await failure(of: request)
        #expect(!failure.description.contains("hunter2"), "\(failure)")
        #expect(!"\(request)".contains("hunter2"))
        var dumped = ""
        dump(failure, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }
}
