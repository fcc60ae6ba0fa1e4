import Glibc
import Networking
import Testing

@Suite("An HTTP request")
struct RequestTests {
    private let client = HTTPClient()

    @Test("carries method, headers and body", arguments: [HTTPMethod.post, .put, .patch, .delete])
    func body(_ method: HTTPMethod) async throws {
        try await RawServer.open(answering(reply())) { server in
            let headers: HTTPHeaders = [
                "Content-Type": "application/json", "X-Empty": "", "X-Twice": "1", "X-twice": "2",
            ]
            _ = try await client.send(
                HTTPRequest(method, url: server.url + "/users", headers: headers, body: Array(#"{"a":"é"}"#.utf8)))
            let text = try #require(server.requests.first)
            #expect(text.hasPrefix("\(method.rawValue) /users HTTP/1.1\r\n"))
            #expect(text.hasSuffix("\r\n\r\n" + #"{"a":"é"}"#))
            for line in [
                "Content-Type: application/json", "X-Empty:", "X-Twice: 1", "X-twice: 2", "Content-Length: 10",
            ] {
                #expect(text.contains("\r\n\(line)\r\n"), "\(line)")
            }
        }
    }

    @Test("adds nothing of its own to a body: no type, no waiting for 100 Continue")
    func plainBody() async throws {
        try await RawServer.open(answering(reply())) { server in
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: 2 << 20)
            _ = try await client.send(HTTPRequest(.post, url: server.url, body: body))
            let text = try #require(server.requests.first)
            #expect(!text.contains("Expect:") && !text.contains("Content-Type:"))
            #expect(text.utf8.count > body.count)
        }
    }

    @Test("without a body is sent as one", arguments: HTTPMethod.allCases)
    func noBody(_ method: HTTPMethod) async throws {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: \(method == .head ? 5 : 0)\r\n\r\n"
        try await RawServer.open(answering(text)) { server in
            let reply = try await client.send(HTTPRequest(method, url: server.url))
            #expect(reply.status == 200 && reply.body == [])
            let head = try #require(server.requests.first)
            #expect(head.hasPrefix(method.rawValue + " / "))
            #expect(head.contains("Content-Length: 0") == (method == .post))
        }
    }

    @Test("sends user and password of the URL as basic authentication, and the reply's URL without them")
    func credentials() async throws {
        try await RawServer.open(answering(reply())) { server in
            let url = "http://watch:se%40cret@127.0.0.1:\(server.port)/?mail=a@b"
            let reply = try await client.send(HTTPRequest(url: url))
            #expect(reply.url == "http://***@127.0.0.1:\(server.port)/?mail=a@b")
            // watch:se@cret
            #expect(server.requests.first?.contains("Authorization: Basic d2F0Y2g6c2VAY3JldA==\r\n") == true)
        }
    }

    @Test(
        "that would be sent as something else is refused before anything is sent",
        arguments: [
            (HTTPRequest(url: "http://localhost", headers: ["X-A": "1\r\nX-B: 2"]), "line break"),
            (HTTPRequest(url: "http://localhost", headers: ["X-A": "1\nX-B: 2"]), "line break"),
            (HTTPRequest(url: "http://localhost", headers: ["X-A": "1\u{0}2"]), "'X-A' has a line break"),
            (HTTPRequest(url: "http://localhost", headers: ["X A": "1"]), "'X A' is no name"),
            (HTTPRequest(url: "http://localhost", headers: ["X:": "1"]), "'X:' is no name"),
            (HTTPRequest(url: "http://localhost", headers: ["": "1"]), "'' is no name"),
            (HTTPRequest(url: "http://localhost", headers: ["A\r\nB": "1"]), #"'A\u{d}\u{a}B' is no name"#),
            (HTTPRequest(url: "http://localhost", headers: ["content-LENGTH": "1"]), "set from the body"),
            (HTTPRequest(url: "http://localhost", headers: ["Transfer-Encoding": "x"]), "set from the body"),
            (HTTPRequest(url: "http://localhost", body: [1]), "GET has no body"),
            (HTTPRequest(.head, url: "http://localhost", body: []), "HEAD has no body"),
            (HTTPRequest(url: "http://localhost", timeLimit: .zero), "time limit"),
            (HTTPRequest(url: "http://localhost", connectLimit: .seconds(-1)), "connect limit"),
            (HTTPRequest(url: "http://localhost", bodyLimit: -1), "body limit"),
            (HTTPRequest(url: "http://localhost", certificateAuthority: ""), "no path"),
            (HTTPRequest(url: "http://localhost", certificateAuthority: "a\u{0}b"), "no path"),
            (HTTPRequest(url: "http://localhost", unixSocket: String(repeating: "p", count: 108)), "1 to 107 bytes"),
        ])
    func refused(_ request: HTTPRequest, says fragment: String) async throws {
        let failure = try await #require(throws: HTTPFailure.self) { try await client.send(request) }
        guard case .invalidRequest = failure.kind else {
            Issue.record("\(failure.kind)")
            return
        }
        #expect(failure.description.contains(fragment), "\(failure)")
    }

    @Test(
        "for what is not a URL of HTTP is refused",
        arguments: [
            "", "localhost", "localhost:80", "/health", "ftp://localhost/", "file:///etc/passwd",
            "gopher://localhost/x",
            "http://", "http:///", "http://local host/", "http://localhost:99999/", "http://localhost:http/",
            "http://localhost/\u{0}", "http://localhost\u{0}.example/", "http://localhost/a\r\nX-Injected: 1",
            "http://localhost/\u{7F}", "http://[::1", "http://a b@localhost/", "smtp://localhost", " http://localhost",
        ])
    func invalidURL(_ url: String) async throws {
        let failure = try await #require(throws: HTTPFailure.self) { try await client.send(HTTPRequest(url: url)) }
        guard case .invalidURL = failure.kind else {
            Issue.record("\(failure.kind)")
            return
        }
        #expect(!failure.description.utf8.contains { $0 < 0x20 || $0 == 0x7F })
    }

    @Test("goes straight to its server, whatever proxy the environment names")
    func proxies() async throws {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { setenv(name, "http://127.0.0.1:1", 1) }
            try await RawServer.open(answering(reply())) { server in
                let reply = try await HTTPClient().send(HTTPRequest(url: server.url))
                #expect(reply.status == 200)
            }
        }
    }
}
