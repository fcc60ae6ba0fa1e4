import Glibc
import Networking
import Testing

/// Talks as a mail server does, up to the end of the message, then says or does what it is told.
private func conversation(atEnd end: @escaping @Sendable (Connection) -> Void) -> @Sendable (Connection) -> Void {
    { connection in
        connection.write("220 strange\r\n")
        var heard: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = recv(connection.descriptor, &buffer, buffer.count, 0), count > 0 {
            heard += buffer[..<count]
            let text = String(decoding: heard, as: UTF8.self)
            guard text.hasSuffix("\r\n") else { continue }
            if text.contains("DATA\r\n") {
                guard text.hasSuffix("\r\n.\r\n") else {
                    if text.hasSuffix("DATA\r\n") { connection.write("354 go on\r\n") }
                    continue
                }
                return end(connection)
            }
            connection.write("250 fine\r\n")
        }
    }
}

@Suite("Mail servers that are none", .timeLimit(.minutes(2)))
struct MailTroubleTests {
    @Test("that say no goodbye have taken the message, and hold nobody up for long")
    func noGoodbye() async throws {
        let behaviour = conversation { connection in
            connection.write("250 taken\r\n")
            var buffer: UInt8 = 0
            while recv(connection.descriptor, &buffer, 1, 0) > 0 {}
        }
        try await RawServer.open(behaviour) { server in
            let start = ContinuousClock.now
            let receipt = try await MailClient().send(
                MailRequest(
                    server: MailServer(host: "127.0.0.1", port: Int(server.port), security: .none),
                    sender: "ronde@example.org", recipients: ["ops@example.org"], message: Array("\r\nx\r\n".utf8),
                    timeLimit: .seconds(100)))
            #expect(receipt.answer == "250 taken")
            #expect(ContinuousClock.now - start < .seconds(80))
        }
    }

    @Test("that hang up before they answer, or answer nonsense, have not taken it", arguments: ["", "what?\r\n", "25"])
    func noAnswer(_ answer: String) async throws {
        try await RawServer.open(conversation { $0.write(answer) }) { server in
            let found = try await failure(port: server.port)
            #expect(found.isTemporary, "\(found)")
        }
    }

    @Test("that never answer are left when the task is cancelled, within seconds")
    func cancelled() async throws {
        let (isThere, there) = AsyncStream.makeStream(of: Void.self)
        let behaviour = conversation { connection in
            there.finish()
            connection.waitForClose()
        }
        try await RawServer.open(behaviour) { server in
            let request = MailRequest(
                server: MailServer(host: "127.0.0.1", port: Int(server.port), security: .none),
                sender: "ronde@example.org", recipients: ["ops@example.org"], message: Array("\r\nx\r\n".utf8),
                timeLimit: .seconds(100))
            let start = ContinuousClock.now
            let kind = await withTaskGroup(of: MailFailure.Kind?.self) { group in
                group.addTask {
                    do throws(MailFailure) {
                        _ = try await MailClient().send(request)
                        return nil
                    } catch {
                        return error.kind
                    }
                }
                for await _ in isThere {}
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(kind == .cancelled)
            #expect(ContinuousClock.now - start < .seconds(80))
        }
    }

    private func failure(
        port: UInt16, timeLimit: Duration = .seconds(60), _ change: (inout MailRequest) -> Void = { _ in }
    ) async throws -> MailFailure {
        var request = MailRequest(
            server: MailServer(host: "127.0.0.1", port: Int(port), security: .none), sender: "ronde@example.org",
            recipients: ["ops@example.org"], message: Array("\r\nx\r\n".utf8), timeLimit: timeLimit)
        change(&request)
        let asked = request
        return try await #require(throws: MailFailure.self) { try await MailClient().send(asked) }
    }

    @Test(
        "that hang up, talk of something else or for ever are a failure",
        arguments: ["", "HTTP/1.1 400 Bad Request\r\n\r\n", "220 hello\r\n", "554 go away\r\n", "220", "\0\0\0\r\n"])
    func strange(_ greeting: String) async throws {
        try await RawServer.open({ $0.write(greeting) }) { server in
            let found = try await failure(port: server.port)
            #expect(found.kind != .cancelled)
            #expect("\(found)".hasPrefix("smtp://127.0.0.1:\(server.port): "))
            #expect(found.isTemporary || greeting.hasPrefix("554"))
        }
    }

    @Test("that never greet are left at the limit")
    func silent() async throws {
        try await RawServer.open({ $0.waitForClose() }) { server in
            let found = try await failure(port: server.port, timeLimit: .milliseconds(300))
            #expect(found.kind == .timedOut(limit: .milliseconds(300)))
        }
    }

    @Test("whose greeting has no end are left")
    func endlessGreeting() async throws {
        try await RawServer.open({ connection in
            while connection.write("220-and more of it\r\n") {}
        }) { server in
            let found = try await failure(port: server.port)
            #expect(found.kind != .timedOut(limit: .seconds(60)))
        }
    }

    @Test("where nothing listens refuse")
    func nothing() async throws {
        let (descriptor, port) = try RawServer.listen(at: .ipv4, backlog: 1)
        close(descriptor)
        let found = try await failure(port: port)
        #expect(found.kind == .connectionRefused)
    }

    @Test(
        "are not asked with what would become a command of its own",
        arguments: [
            "a@b>\r\nRCPT TO:<c@d", "a@b> SIZE=1", "a b@c", "@c", "a@", "a@b\u{0}", "ä@b.de", "a@b@c", "",
        ])
    func addresses(_ address: String) async throws {
        let asRecipient = try await failure(port: 1) { $0.recipients = [address] }
        let asSender = try await failure(port: 1) { $0.sender = address }
        for found in [asRecipient, asSender] {
            guard case .invalidRequest = found.kind else {
                Issue.record("\(found)")
                return
            }
        }
    }

    @Test(
        "are given no message whose lines end in two ways",
        arguments: ["", "x", "x\n", "x\r", "a\nb\r\n", "a\rb\r\n", "a\r\n.\nb\r\n", "a\u{0}\r\n"])
    func lines(_ message: String) async throws {
        let found = try await failure(port: 1) { $0.message = Array(message.utf8) }
        guard case .invalidRequest = found.kind else {
            Issue.record("\(found)")
            return
        }
    }

    @Test(
        "are named without brackets, slashes and the like", arguments: ["a/b", "user@host", "", "a b", "[::1]", "-x"])
    func hosts(_ host: String) async throws {
        let found = try await failure(port: 1) { $0.server.host = host }
        guard case .invalidRequest = found.kind else {
            Issue.record("\(found)")
            return
        }
    }
}
