import Foundation
import Maintenance
import RunStore
import Synchronization
import SystemPackage
import Testing

@testable import Observability

@Suite("The endpoint", .serialized)
struct EndpointTests {
    private let live: LiveEndpoint
    private static let key = LiveEndpoint.keys["nas"] ?? ""

    init() throws { live = try LiveEndpoint() }

    @Test("health says what is wrong, and only what keeps the daemon from its work is a fault")
    func health() async throws {
        let live = live
        try await live.run { port in
            func ask() async throws -> (Int, String) {
                let answer = try await RawConnection(port).ask("GET", "/healthz")
                return (answer?.status ?? 0, answer?.body ?? "")
            }
            #expect(try await ask() == (200, #"{"faults":[],"phase":"starting","status":"ok","warnings":[]}"# + "\n"))
            live.readiness.begin()
            live.faults.withLock { $0.configuration = "weekly.yaml:3:1: no" }
            var (status, body) = try await ask()
            #expect(
                status == 200
                    && body.contains(#""warnings":[{"message":"weekly.yaml:3:1: no","part":"configuration"}]"#))
            live.faults.withLock { $0.store = "disk full" }
            (status, body) = try await ask()
            #expect(status == 503 && body.contains(#""part":"store""#) && body.contains(#""status":"faulty""#))
        }
    }

    @Test("readiness follows the daemon from its start to its end, and not back")
    func readiness() async throws {
        let live = live
        try await live.run { port in
            func ask() async throws -> String {
                let answer = try await RawConnection(port).ask("GET", "/readyz")
                return "\(answer?.status ?? 0) \(answer?.body ?? "")"
            }
            let first = try await ask()
            live.readiness.begin()
            let second = try await ask()
            live.readiness.stop()
            live.readiness.begin()
            #expect(try await [first, second, ask()] == ["503 starting\n", "200 ready\n", "503 stopping\n"])
        }
    }

    @Test("an agenda that does not move for two minutes is a fault, and no sign of life")
    func agenda() {
        let time = Mutex(SuspendingClock.now)
        let pulse = Pulse(now: { time.withLock { $0 } })
        let health = Health(
            pulse: pulse, readiness: Readiness(), storeFault: { nil }, configurationFault: { nil })
        time.withLock { $0 += .seconds(120) }
        #expect(health.isAlive && health.report.isWell)
        time.withLock { $0 += .seconds(1) }
        #expect(!health.isAlive)
        #expect(health.report.faults.map(\.part) == ["agenda"])
        #expect(health.report.faults[0].message.contains("121 s"))
        pulse.beat()
        #expect(health.isAlive && health.report.isWell)
    }

    @Test("the store is tried by writing, once however many ask")
    func probe() throws {
        let count = Mutex(0)
        let probe = StoreProbe {
            count.withLock { $0 += 1 }; throw Errno.noSpace
        }
        for _ in 0..<50 { #expect(probe.fault?.contains("No space") == true) }
        #expect(count.withLock { $0 } == 1)
        #expect(StoreProbe(live.store).fault == nil)
    }

    @Test("metrics are a valid page of their media type; HEAD has the head only")
    func metrics() async throws {
        try await live.run { port in
            let connection = try RawConnection(port)
            let answer = try #require(try await connection.ask("GET", "/metrics"))
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(try Exposition(answer.body).samples.count > 20)
            let head = try #require(try await connection.ask("HEAD", "/metrics"))
            #expect(head.status == 200 && head.headers["content-length"] == answer.headers["content-length"])
            #expect(try await connection.ask("GET", "/readyz")?.status == 503, "the connection is still in step")
        }
    }

    @Test(
        "pings of each kind are kept",
        arguments: [
            ("POST", "", "success", nil), ("GET", "", "success", nil), ("HEAD", "", "success", nil),
            ("POST", "/start", "start", nil), ("POST", "/fail", "fail", nil), ("POST", "/log", "log", nil),
            ("POST", "/0", "success", nil), ("POST", "/7", "fail", 7), ("GET", "/255", "fail", 255),
            ("POST", "?rid=7B7B2F2C-4E53-4C0B-9E0B-0A6E6E0B6C55", "success", nil),
            ("POST", "/start?create=1&rid=7b7b2f2c-4e53-4c0b-9e0b-0a6e6e0b6c55", "start", nil),
        ])
    func kinds(_ method: String, _ rest: String, _ name: String, _ status: Int?) async throws {
        let live = live
        try await live.run { port in
            let body = method == "POST" ? "all went\nwell \u{0}" : ""
            let answer = try #require(try await RawConnection(port).ask(method, "/ping/\(Self.key)\(rest)", body: body))
            #expect(answer.status == 200 && answer.body == (method == "HEAD" ? "" : "OK"))
            #expect(answer.headers["cache-control"] == "no-store")
            let ping = try #require(try live.store.pings(of: "nas").first)
            #expect(ping.signal == PingSignal(name: name, exitStatus: status))
            #expect(ping.body == Array(body.utf8) && ping.bodyBytes == body.utf8.count && ping.sender == "127.0.0.1")
            #expect((ping.run != nil) == rest.contains("rid"))
            #expect(abs(ping.at.timeIntervalSinceNow) < 60)
        }
    }

    @Test(
        "what is no ping is refused, and nothing is kept",
        arguments: [
            ("POST", "/ping/unknown-unknown-unknown", 404), ("POST", "/ping/", 404), ("POST", "/ping", 404),
            ("POST", "/ping/KEY/", 404), ("POST", "/ping/KEY/256", 404), ("POST", "/ping/KEY/-1", 404),
            ("POST", "/ping/KEY/+1", 404), ("POST", "/ping/KEY/success", 404), ("POST", "/ping/KEY/start/1", 404),
            ("POST", "/ping/KEY/99999999999999999999", 404), ("POST", "//ping/KEY", 404), ("POST", "/ping//KEY", 404),
            ("POST", "/ping/KEY?rid=no", 400), ("POST", "/ping/KEY?rid=", 400), ("PUT", "/ping/KEY", 405),
            ("DELETE", "/ping/KEY", 405), ("POST", "/healthz", 405), ("POST", "/metrics", 405), ("GET", "/", 404),
            ("GET", "/healthz/", 404), ("GET", "/ping/%6E%61%73", 404), ("GET", "/ping/../healthz", 404),
            ("POST", "/ping/KE", 404), ("OPTIONS", "*", 404),
        ])
    func refused(_ method: String, _ path: String, _ status: Int) async throws {
        let live = live
        try await live.run { port in
            let real = path.replacing("KEY", with: Self.key)
            let connection = try RawConnection(port)
            let answer = try #require(try await connection.ask(method, real, body: method == "POST" ? "x" : ""))
            #expect(answer.status == status && !answer.body.contains(Self.key))
            #expect((answer.headers["allow"] != nil) == (status == 405))
            #expect(try live.store.pings(of: "nas").isEmpty)
        }
        #expect(!live.capture.all.contains { $0.contains(Self.key) })
    }

    @Test("of a long body the beginning is kept; a body beyond a megabyte is not read on, and the ping counts")
    func longBodies() async throws {
        let live = live
        try await live.run { port in
            for (length, read) in [(10_000, 10_000), (10_001, 10_001), (900_000, 900_000)] {
                let body = String(repeating: "x", count: length)
                #expect(try await RawConnection(port).ask("POST", "/ping/\(Self.key)", body: body)?.status == 200)
                let ping = try #require(try live.store.pings(of: "nas").first)
                #expect(ping.body.count == 10_000 && ping.bodyBytes == read)
            }
            let connection = try RawConnection(port)
            try await connection.send(
                "POST /ping/\(Self.key)/3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: "y", count: 65_536) + "\r\n"
            for _ in 0..<40 { guard try await connection.send(chunk) else { break } }
            let answer = try #require(try await connection.answer())
            #expect(answer.status == 200 && answer.headers["connection"] == "close")
            #expect(try live.store.pings(of: "nas").first?.signal == .failure(exitStatus: 3))
        }
    }

    @Test("a ping that cannot be kept is refused, so that its sender tries again")
    func storeFails() async throws {
        let live = live
        // A store that lost its table stands for every way in which a write fails.
        try live.breakPings()
        try await live.run { port in
            let answer = try #require(try await RawConnection(port).ask("POST", "/ping/\(Self.key)", body: "x"))
            #expect(answer.status == 503 && answer.headers["retry-after"] == "10")
        }
        #expect(live.capture.all.contains { $0.hasPrefix("error: a ping could not be kept") })
        #expect(!live.capture.all.contains { $0.contains(Self.key) })
    }

    @Test("keys are changed while it listens")
    func reload() async throws {
        let live = live
        try await live.run { port in
            func ask(_ key: String) async throws -> Int? {
                try await RawConnection(port).ask("POST", "/ping/\(key)")?.status
            }
            #expect(try await ask(Self.key) == 200)
            let new = "another-key-0123456789"
            try live.desk.expect(live.expectations.filter { $0.name == "nas" }, environment: ["NAS": new])
            #expect(try await ask(Self.key) == 404)
            #expect(try await ask(new) == 200)
            #expect(throws: PingKeyError.self) { try live.desk.expect(live.expectations, environment: ["NAS": new]) }
            #expect(try await ask(new) == 200, "faulty keys leave those that were good")
        }
    }

    @Test(
        "a key that cannot be used is named with its expectation, and never shown",
        arguments: [
            ("short", "must have 16 to 200"), ("has a blank, and more", "must have 16 to 200"),
            ("slash/slash/slash/slash", "must have 16 to 200"), (String(repeating: "k", count: 201), "must have 16"),
            ("mail~0123456789.ABC_def", "it is the key of 'mail' too"), ("", "is empty"),
        ])
    func keys(_ key: String, _ words: String) throws {
        let environment = ["NAS": key, "MAIL": LiveEndpoint.keys["mail"] ?? ""]
        let error = try #require(throws: PingKeyError.self) {
            try PingDesk().expect(live.expectations, environment: environment)
        }
        #expect(error.description.contains("'nas'") && error.description.contains(words))
        #expect(key.isEmpty || !error.description.contains(key))
    }

    @Test("a port in use, and an address that is not ours, say so and what to do", arguments: [true, false])
    func cannotListen(_ isTaken: Bool) async throws {
        let live = live
        try await live.run { port in
            let settings =
                isTaken
                ? EndpointSettings(host: "127.0.0.1", port: port) : EndpointSettings(host: "192.0.2.1", port: 7353)
            let error = try await #require(throws: EndpointError.self) { try await live.endpoint(settings).run() }
            #expect(error.isTaken == isTaken)
            #expect(
                error.description.contains(isTaken ? "another program listens there" : "no address of this machine"))
            #expect(error.description.contains(settings.authority))
        }
    }

    @Test("the desk knows when pings can come in")
    func listening() async throws {
        let live = live
        #expect(!live.desk.isListening)
        try await live.run { _ in #expect(live.desk.isListening) }
        #expect(!live.desk.isListening)
    }
}
