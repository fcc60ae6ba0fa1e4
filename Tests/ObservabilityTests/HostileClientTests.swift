import Foundation
import Maintenance
import NIOCore
import RunStore
import SystemPackage
import Testing

@testable import Observability

@Suite("Clients that mean no good", .serialized)
struct HostileClientTests {
    private let live: LiveEndpoint
    private static let key = LiveEndpoint.keys["nas"] ?? ""
    private static let short = EndpointLimits(
        connections: 256, idleTimeout: .milliseconds(300), requestPatience: .milliseconds(600))

    init() throws { live = try LiveEndpoint() }

    /// What the endpoint still does after a client: it answers, and kept nothing.
    private func isWell(_ port: Int, pings: Int = 0) async throws -> Bool {
        try await RawConnection(port).ask("GET", "/readyz")?.status == 503 && live.store.pings(of: "nas").count == pings
    }

    @Test(
        "what is no HTTP gets 400 or nothing, and the connection ends",
        arguments: [
            "\r\n\r\n\r\n", "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n",
            "POST /ping/x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST /ping/x HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "POST /ping/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            "POST /ping/KEY HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
            "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", "GET / HTTP/1.1\r\n: empty\r\n\r\n",
            "GET http:// HTTP/1.1\r\nHost\r\n\r\n",
        ])
    func garbage(_ text: String) async throws {
        try await live.run(limits: Self.short) { port in
            let connection = try RawConnection(port)
            try await connection.send(text.replacing("KEY", with: Self.key))
            let rest = try await connection.rest()
            #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 400") || rest.hasPrefix("HTTP/1.1 404"), "\(rest)")
            #expect(try await isWell(port))
        }
    }

    @Test(
        "a head beyond its limits is refused",
        arguments: [
            "X-Long: \(String(repeating: "x", count: 100_000))\r\n",
            String(repeating: "X-A: \(String(repeating: "y", count: 1000))\r\n", count: 100),
            String(repeating: "A: b\r\n", count: 500),
        ])
    func head(_ headers: String) async throws {
        try await live.run { port in
            let connection = try RawConnection(port)
            try await connection.send("POST /ping/\(Self.key) HTTP/1.1\r\nHost: h\r\n\(headers)\r\n")
            let rest = try await connection.rest()
            #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 400"))
            #expect(try await isWell(port))
        }
    }

    @Test("a very long address is refused, and not repeated")
    func longAddress() async throws {
        try await live.run { port in
            for length in [400, 7000, 1_000_000] {
                let connection = try RawConnection(port)
                try await connection.send(
                    "GET /\(String(repeating: "a", count: length)) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                let rest = try await connection.rest()
                #expect(rest.isEmpty || rest.hasPrefix("HTTP/1.1 40"))
                #expect(!rest.contains("aaaa"))
            }
            #expect(try await isWell(port))
        }
    }

    @Test("a client that says nothing, or half a head, is let go", arguments: ["", "POST /ping/KEY HTTP/1.1\r\nHost:"])
    func silent(_ start: String) async throws {
        try await live.run(limits: Self.short) { port in
            let connection = try RawConnection(port)
            try await connection.send(start.replacing("KEY", with: Self.key))
            #expect(try await connection.rest().isEmpty)
            #expect(try await isWell(port))
        }
    }

    @Test("a client that sends a byte now and then does not stay for ever", arguments: [true, false])
    func trickle(_ isHead: Bool) async throws {
        try await live.run(limits: Self.short) { port in
            let connection = try RawConnection(port)
            try await connection.send("POST /ping/\(Self.key) HTTP/1.1\r\nHost: h\r\n")
            if !isHead { try await connection.send("Content-Length: 1000000\r\n\r\n") }
            let begin = ContinuousClock.now
            // Ends when the other side has ended the connection: a send then fails.
            while try await connection.send(isHead ? "X: y\r\n" : "x"), ContinuousClock.now - begin < .seconds(15) {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(ContinuousClock.now - begin < .seconds(10))
            #expect(try await isWell(port))
        }
    }

    @Test("a body that breaks off is no ping", arguments: ["Content-Length: 100", "Transfer-Encoding: chunked"])
    func brokenOff(_ header: String) async throws {
        try await live.run(limits: Self.short) { port in
            let connection = try RawConnection(port)
            try await connection.send("POST /ping/\(Self.key) HTTP/1.1\r\nHost: h\r\n\(header)\r\n\r\n5\r\nhello\r\n")
            connection.finishSending()
            #expect(try await !connection.rest().hasPrefix("HTTP/1.1 200"))
            #expect(try await isWell(port))
        }
    }

    @Test("the unread body of a refused request does not hold the connection")
    func unreadBody() async throws {
        try await live.run { port in
            let connection = try RawConnection(port)
            try await connection.send("POST /nothing HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\nx")
            #expect(try await connection.answer()?.status == 404)
            let begin = ContinuousClock.now
            while try await connection.send("x"), ContinuousClock.now - begin < .seconds(15) {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(ContinuousClock.now - begin < .seconds(10))
        }
    }

    @Test("a client that asks and asks and does not read is let go")
    func doesNotRead() async throws {
        try await live.run(limits: Self.short) { port in
            let connection = try RawConnection(port)
            connection.shrinkWindow()
            let begin = ContinuousClock.now
            let requests = String(repeating: "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", count: 200)
            while try await connection.send(requests), ContinuousClock.now - begin < .seconds(90) {}
            #expect(ContinuousClock.now - begin < .seconds(90))
            #expect(try await isWell(port))
        }
    }

    @Test("as many idle connections as there may be do not shut others out for long")
    func manyConnections() async throws {
        var limits = Self.short
        limits.connections = 20
        try await live.run(limits: limits) { port in
            let idle = try (0..<60).map { _ in try RawConnection(port) }
            #expect(try await isWell(port))
            #expect(try await idle[0].rest().isEmpty)
        }
    }

    @Test("requests one behind the other are answered in order; two lengths that differ are not guessed at")
    func pipelined() async throws {
        try await live.run { port in
            let connection = try RawConnection(port)
            try await connection.send(
                "POST /ping/\(Self.key) HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                    + "GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            let rest = try await connection.rest()
            #expect(rest.components(separatedBy: "HTTP/1.1 ").dropFirst().map { $0.prefix(3) } == ["200", "503"])
            let smuggler = try RawConnection(port)
            try await smuggler.send(
                "POST /ping/\(Self.key) HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            )
            _ = try? await smuggler.answer()
            #expect(try live.store.pings(of: "nas").first?.body == Array("ab".utf8))
        }
    }

    @Test("shutdown does not wait for idle connections and half requests")
    func shutdown() async throws {
        let begin = ContinuousClock.now
        let guests = try await live.run { port in
            let idle = try RawConnection(port)
            #expect(try await idle.ask("GET", "/readyz")?.status == 503)
            let half = try RawConnection(port)
            try await half.send("POST /ping/\(Self.key) HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx")
            return [idle, half]
        }
        #expect(guests.count == 2 && ContinuousClock.now - begin < .seconds(10))
    }
}
