import Networking
import Testing

// One after the other: a dozen servers that start at once would take the processors from tests that measure times.
@Suite(
    "Mail", .enabled(if: MailSink.python != nil, Comment(rawValue: MailSink.missing)), .serialized,
    .timeLimit(.minutes(3)))
struct MailTests {
    private let client = MailClient()
    private static let text = Array("Subject: test\r\n\r\nfirst\r\n.\r\n..dots\r\nlast\r\n".utf8)

    private func request(
        _ server: MailServer, login: MailRequest.Login? = nil, to recipients: [String] = ["ops@example.org"],
        message: [UInt8] = MailTests.text, timeLimit: Duration = .seconds(60)
    ) -> MailRequest {
        MailRequest(
            server: server, login: login, ownName: "ronde.test", sender: "ronde@example.org", recipients: recipients,
            message: message, timeLimit: timeLimit)
    }

    private func failure(_ request: MailRequest) async throws -> MailFailure {
        try await #require(throws: MailFailure.self) { try await client.send(request) }
    }

    @Test("arrives as it was written, dots and all, with the server's answer")
    func arrives() async throws {
        try await MailSink.open { sink in
            let receipt = try await client.send(
                request(sink.server(.none), to: ["ops@example.org", "dev@example.org"]))
            #expect(receipt.answer == "250 2.0.0 kept as 1")
            #expect(receipt.refused.isEmpty)
            #expect(try sink.message() == Self.text)
            let envelope = try sink.envelope()
            #expect(envelope.from == "ronde@example.org" && envelope.to == ["ops@example.org", "dev@example.org"])
            #expect(envelope.name == "ronde.test" && !envelope.tls && envelope.user == nil)
        }
    }

    @Test("goes through STARTTLS or TLS from the first byte, with a login", arguments: [false, true])
    func secure(fromStart: Bool) async throws {
        let options = ["--auth", "ronde:se cret€"] + (fromStart ? ["--smtps"] : [])
        try await MailSink.open(certificate: "IP:127.0.0.1", options) { sink in
            let server = sink.server(fromStart ? .fromStart : .startTLS)
            _ = try await client.send(request(server, login: .init(user: "ronde", password: "se cret€")))
            let envelope = try sink.envelope()
            #expect(envelope.tls && envelope.user == "ronde")

            let refused = try await failure(request(server, login: .init(user: "ronde", password: "wrong")))
            #expect(refused.kind == .loginRefused && !refused.isTemporary)
            #expect(!"\(refused)".contains("wrong"))
            let anonymous = try await failure(request(server))
            #expect(anonymous.kind == .refused && anonymous.answer?.hasPrefix("530") == true)
            #expect(sink.count == 1)
        }
    }

    @Test("is not sent in the clear where TLS is wanted and not offered")
    func noTLS() async throws {
        try await MailSink.open { sink in
            let found = try await failure(request(sink.server(.startTLS, trusted: false)))
            #expect(found.kind == .noTLS)
            _ = try await client.send(request(sink.server(.ifOffered, trusted: false)))
            #expect(sink.count == 1)
            #expect(try !sink.envelope().tls)
        }
    }

    @Test("uses TLS that is offered, and then trusts no stranger")
    func offered() async throws {
        try await MailSink.open(certificate: "IP:127.0.0.1") { sink in
            _ = try await client.send(request(sink.server(.ifOffered)))
            #expect(try sink.envelope().tls)
            for security in [MailServer.Security.ifOffered, .startTLS] {
                let found = try await failure(request(sink.server(security, trusted: false)))
                guard case .tls(.untrusted, _) = found.kind else {
                    Issue.record("\(found)")
                    continue
                }
            }
            #expect(sink.count == 1)
        }
    }

    @Test("is not given to a server whose certificate is another's")
    func wrongHost() async throws {
        try await MailSink.open(certificate: "DNS:mail.example.org") { sink in
            let found = try await failure(request(sink.server(.startTLS)))
            guard case .tls(.wrongHost, _) = found.kind else {
                Issue.record("\(found)")
                return
            }
            #expect(sink.count == 0)
        }
    }

    @Test("a recipient who is refused keeps nothing from the others")
    func someRefused() async throws {
        try await MailSink.open(["--refuse", "gone@example.org=550", "--refuse", "busy@example.org=451"]) { sink in
            let receipt = try await client.send(
                request(sink.server(.none), to: ["gone@example.org", "ops@example.org", "busy@example.org"]))
            #expect(receipt.refused.map(\.recipient) == ["gone@example.org", "busy@example.org"])
            #expect(receipt.refused.map(\.isTemporary) == [false, true])
            #expect(receipt.refused[0].answer == "550 5.1.1 <gone@example.org> not here")
            #expect(try sink.envelope().to == ["ops@example.org"])

            let all = try await failure(request(sink.server(.none), to: ["gone@example.org"]))
            #expect(all.kind == .refused && !all.isTemporary)
            #expect(all.answer == "550 5.1.1 <gone@example.org> not here")
            let later = try await failure(request(sink.server(.none), to: ["busy@example.org"]))
            #expect(later.kind == .refused && later.isTemporary)
        }
    }

    @Test("a message that is refused in the end is a failure with the server's words", arguments: ["554", "452"])
    func dataRefused(_ code: String) async throws {
        try await MailSink.open(["--data", code]) { sink in
            let found = try await failure(request(sink.server(.none)))
            #expect(found.kind == .refused && found.isTemporary == code.hasPrefix("4"))
            #expect(found.answer == "\(code) 5.7.1 not wanted")
        }
    }

    @Test("a server that thinks for too long is left at the limit, or when cancelled")
    func slow() async throws {
        try await MailSink.open(["--delay", "110"]) { sink in
            let start = ContinuousClock.now
            let found = try await failure(request(sink.server(.none), timeLimit: .milliseconds(700)))
            #expect(found.kind == .timedOut(limit: .milliseconds(700)))
            #expect(ContinuousClock.now - start < .seconds(80))

            let request = request(sink.server(.none))
            let cancelled = await withTaskGroup(of: MailFailure?.self) { group in
                group.addTask { [client] in
                    do throws(MailFailure) {
                        _ = try await client.send(request)
                        return nil
                    } catch {
                        return error
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(cancelled?.kind == .cancelled)
        }
    }

    @Test("a large message arrives whole")
    func large() async throws {
        let line = Array((String(repeating: "x", count: 76) + "\r\n").utf8)
        let message = Array("Subject: large\r\n\r\n".utf8) + (0..<20_000).flatMap { _ in line }
        try await MailSink.open { sink in
            _ = try await client.send(request(sink.server(.none), message: message))
            #expect(try sink.message() == message)
        }
    }
}
