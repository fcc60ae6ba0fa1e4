import Foundation
import Maintenance
import PluginKit
import Testing

@testable import HostPlugin

@Suite("The clock against a server's")
struct ClockTests {
    private func ask(
        within limit: String = "5s", _ answers: @escaping @Sendable ([UInt8]) -> [[UInt8]]
    ) async throws -> (result: TaskResult, events: [PluginEvent]) {
        let server = try FakeTimeServer(answers)
        defer { withExtendedLifetime(server) {} }
        return try await Machine().run("{time_server: '127.0.0.1:\(server.port)', time_server_limit: \(limit)}")
    }

    @Test(
        "a clock that is behind or ahead is judged by how far it is",
        arguments: [
            (0, Outcome.ok, ""), (10, .warning, "behind 127.0.0.1:"), (-10, .warning, "ahead of 127.0.0.1:"),
            (88_000, .critical, "24 h behind"), (-86_400 * 365 * 30, .critical, "ahead of"),
        ] as [(Double, Outcome, String)])
    func offsets(_ seconds: Double, outcome: Outcome, words: String) async throws {
        let (result, events) = try await ask { [FakeTimeServer.answer(to: $0, ahead: seconds)] }
        #expect(result.outcome == outcome && (words.isEmpty || result.summary.contains(words)), "\(result.summary)")
        let offset = try #require(measured("clock.offset", events))
        #expect(abs(offset.value - abs(seconds)) < 2 && offset.unit == .seconds)
    }

    @Test("packets that answer another question, or none, are passed over")
    func strangers() async throws {
        let (result, _) = try await ask { question in
            var spoofed = FakeTimeServer.answer(to: question, ahead: 999)
            spoofed[24] ^= 1
            return [
                [], [1, 2, 3], spoofed, question, Array(repeating: 0xFF, count: 1000),
                FakeTimeServer.answer(to: question),
            ]
        }
        #expect(result.outcome == .ok, "\(result.summary)")
    }

    @Test(
        "a server that does not know the time, or does not want to tell it, is a finding",
        arguments: [
            (0, 0b00_100_100, "it refuses to answer ('RATE')"), (16, 0b00_100_100, "not synchronised"),
            (2, 0b11_100_100, "not synchronised"),
        ] as [(UInt8, UInt8, String)])
    func unwilling(_ stratum: UInt8, first: UInt8, words: String) async throws {
        let (result, events) = try await ask { [FakeTimeServer.answer(to: $0, stratum: stratum, first: first)] }
        #expect(result.outcome == .warning && result.summary.contains(words), "\(result.summary)")
        #expect(measured("clock.offset", events) == nil)
    }

    @Test("a server that is silent costs its limit and no more", .timeLimit(.minutes(1)))
    func silent() async throws {
        let (result, _) = try await ask(within: "200ms") { _ in [] }
        #expect(result.outcome == .warning && result.summary.contains("it does not answer"), "\(result.summary)")
    }

    @Test("where nobody listens that is said at once")
    func closed() async throws {
        let port = try FakeTimeServer({ _ in [] }).port
        let server = try TimeServer(parsing: "127.0.0.1:\(port)")
        await #expect(throws: NoTime.self) { try await server.offset(within: .milliseconds(300)) }
    }

    @Test("a question says nothing of our time")
    func question() {
        let bytes = SNTPPacket.question(mark: 0x0102_0304_0506_0708)
        #expect(bytes.count == 48 && bytes[0] == 0x23 && Array(bytes[40...]) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(bytes[1..<40].allSatisfy { $0 == 0 })
    }

    @Test(
        "times after 2036, when the seconds begin again, are those nearest to ours",
        arguments: [2026, 2035, 2036, 2040, 2100])
    func eras(_ year: Int) throws {
        let sent = Date(timeIntervalSince1970: Double(year - 1970) * 31_557_600)
        var answer = [UInt8](repeating: 0, count: 48)
        (answer[0], answer[1]) = (0b00_100_100, 1)
        answer.replaceSubrange(32..<40, with: FakeTimeServer.stamp(sent.addingTimeInterval(5)))
        answer.replaceSubrange(40..<48, with: FakeTimeServer.stamp(sent.addingTimeInterval(6)))
        let found = try SNTPPacket.offset(in: answer, mark: 0, sent: sent, arrived: sent.addingTimeInterval(3))
        #expect(abs((found?.seconds ?? .nan) - 4) < 0.001 && abs((found?.uncertainty ?? .nan) - 1) < 0.001)
    }

    @Test("the Date of a web server counts, to the second")
    func date() async throws {
        let server = try FakeHTTPServer {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = .gmt
            formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
            let date = formatter.string(from: Date().addingTimeInterval(-100))
            return "HTTP/1.1 404 Not Found\r\nDate: \(date)\r\nContent-Length: 0\r\n\r\n"
        }
        let (result, events) = try await Machine().run("time_server: http://127.0.0.1:\(server.port)/")
        #expect(result.outcome == .critical && result.summary.contains(" s ahead of"), "\(result.summary)")
        #expect(abs((measured("clock.offset", events)?.value ?? 0) - 100) < 30)
    }

    @Test("an answer without a Date, or none, is a finding", arguments: ["", "Date: yesterday\r\n"])
    func noDate(_ header: String) async throws {
        let server = try FakeHTTPServer { "HTTP/1.1 200 OK\r\n\(header)Content-Length: 0\r\n\r\n" }
        let (result, _) = try await Machine().run("time_server: http://127.0.0.1:\(server.port)/")
        #expect(
            result.outcome == .warning && result.summary.contains("did not tell the time: its "), "\(result.summary)")
    }

    @Test(
        "only dates that can be are dates",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("", nil),
            ("Sun, 06 Nov 1994 24:49:37 GMT", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
            ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 08:49 GMT", nil), ("Sun, 06 Nov 1994 8:49:x GMT", nil),
        ] as [(String, Double?)])
    func dates(_ text: String, seconds: Double?) { #expect(HTTPDate.parse(text)?.timeIntervalSince1970 == seconds) }

    @Test(
        "a server is a name or an address with a port, or a URL",
        arguments: [
            ("ntp.example.org", TimeServer.sntp(host: "ntp.example.org", port: "123")),
            ("10.0.0.1:1123", .sntp(host: "10.0.0.1", port: "1123")), ("[::1]:5", .sntp(host: "::1", port: "5")),
            ("[::1]", .sntp(host: "::1", port: "123")), ("2001:db8::1", .sntp(host: "2001:db8::1", port: "123")),
            ("https://example.org/", .http(url: "https://example.org/")),
        ])
    func servers(_ text: String, server: TimeServer) throws { #expect(try TimeServer(parsing: text) == server) }
}
