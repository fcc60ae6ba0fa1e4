import Networking
import Testing

@Suite("HTTPS", .enabled(if: OpenSSLCommand.path != nil, "needs the openssl command"), .serialized)
struct SecureTests {
    private let client = HTTPClient()

    private func problem(of request: HTTPRequest) async throws -> HTTPFailure.TLSProblem? {
        let failure = try await #require(throws: HTTPFailure.self) { try await client.send(request) }
        guard case .tls(let problem, let reason) = failure.kind else {
            Issue.record("\(failure)")
            return nil
        }
        #expect(failure.description.contains("no secure connection (\(reason))"))
        #expect(failure.phases.firstByte == nil)
        if problem != .authorityFile { #expect(failure.phases.connect != nil) }
        return problem
    }

    @Test("works with the authority that signed the certificate, and with no other")
    func authorities() async throws {
        try await SecureServer.open { server in
            let reply = try await client.send(HTTPRequest(url: server.url, certificateAuthority: server.authority))
            #expect(reply.status == 200)
            let tls = try #require(reply.phases.tls)
            let connect = try #require(reply.phases.connect)
            #expect(tls > connect)

            let found = try await problem(of: HTTPRequest(url: server.url))
            #expect(found == .untrusted)
            try await SecureServer.open { other in
                let request = HTTPRequest(url: server.url, certificateAuthority: other.authority)
                let found = try await problem(of: request)
                #expect(found == .untrusted)
            }
            try await TemporaryFolder.open { folder in
                try folder.write("not PEM\n", to: "ca.pem")
                for path in [folder.path("ca.pem"), folder.path("missing.pem"), folder.path("")] {
                    let request = HTTPRequest(url: server.url, certificateAuthority: path)
                    let found = try await problem(of: request)
                    #expect(found == .authorityFile, "\(path)")
                }
            }
        }
    }

    @Test("refuses a certificate that has expired")
    func expired() async throws {
        try await SecureServer.open(days: -1) { server in
            let request = HTTPRequest(url: server.url, certificateAuthority: server.authority)
            let found = try await problem(of: request)
            #expect(found == .expired)
        }
    }

    @Test("refuses a certificate for another host", arguments: ["IP:127.0.0.2", "DNS:service.example"])
    func otherHost(_ name: String) async throws {
        try await SecureServer.open(name: name) { server in
            let request = HTTPRequest(url: server.url, certificateAuthority: server.authority)
            let found = try await problem(of: request)
            #expect(found == .wrongHost)
        }
    }

    @Test("is told from a port that speaks plain HTTP")
    func plainPort() async throws {
        try await RawServer.open({ $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }) { server in
            let found = try await problem(of: HTTPRequest(url: "https://127.0.0.1:\(server.port)/"))
            #expect(found == .handshake)
        }
    }

    @Test("asked for in plain HTTP is not taken for a healthy reply")
    func plainRequest() async throws {
        try await SecureServer.open { server in
            let url = server.url.replacing("https:", with: "http:")
            await #expect(throws: HTTPFailure.self) { try await client.send(HTTPRequest(url: url)) }
        }
    }
}
