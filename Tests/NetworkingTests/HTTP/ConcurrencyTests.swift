import Glibc
import Networking
import Testing

@Suite("HTTP requests side by side")
struct ConcurrencyTests {
    @Test("take as long as one")
    func together() async throws {
        let client = HTTPClient()
        try await RawServer.open(answering(reply(), after: 300)) { server in
            let start = ContinuousClock.now
            try await withThrowingTaskGroup { group in
                for _ in 0..<20 { group.addTask { try await client.send(HTTPRequest(url: server.url)).status } }
                for try await status in group { #expect(status == 200) }
            }
            #expect(start.duration(to: .now) < .seconds(2))
            #expect(server.requests.count == 20)
        }
    }

    @Test("are no more than the client has places, and all have their turn")
    func places() async throws {
        let client = HTTPClient(atMost: 2)
        try await RawServer.open(answering(reply(), after: 20)) { server in
            try await withThrowingTaskGroup { group in
                for _ in 0..<9 { group.addTask { try await client.send(HTTPRequest(url: server.url)) } }
                try await group.waitForAll()
            }
            #expect(server.requests.count == 9)
            #expect(server.peak == 2)
        }
    }

    @Test("time limits count from each one's turn")
    func turn() async throws {
        let client = HTTPClient(atMost: 1)
        try await RawServer.open(answering(reply(), after: 200)) { server in
            try await withThrowingTaskGroup { group in
                for _ in 0..<5 {
                    group.addTask { try await client.send(HTTPRequest(url: server.url, timeLimit: .milliseconds(900))) }
                }
                try await group.waitForAll()
            }
        }
    }
}

@Suite("The socket of an HTTP request")
struct SocketTests {
    @Test("is not inherited by a process that starts meanwhile")
    func closedOnExec() async throws {
        try await RawServer.open(stalling()) { server in
            await withThrowingTaskGroup { group in
                group.addTask { try await HTTPClient().send(HTTPRequest(url: server.url)) }
                await server.firstRequest()
                let flags = (0..<1024).filter { server.isPeer(of: $0) }.map { fcntl($0, F_GETFD) }
                #expect(flags == [FD_CLOEXEC])
                group.cancelAll()
            }
        }
    }
}

@Suite("Cancelling an HTTP request")
struct CancellationTests {
    private func outcome(of task: Task<HTTPReply, any Error>) async -> HTTPFailure.Kind? {
        (await #expect(throws: HTTPFailure.self) { try await task.value })?.kind
    }

    @Test("ends it at once", arguments: ["", "HTTP/1.1 200 OK\r\n\r\nabc"])
    func underWay(_ start: String) async throws {
        try await RawServer.open(stalling(after: start)) { server in
            let task = Task { try await HTTPClient().send(HTTPRequest(url: server.url)) as HTTPReply }
            await server.firstRequest()
            let moment = ContinuousClock.now
            task.cancel()
            #expect(await outcome(of: task) == .cancelled)
            #expect(moment.duration(to: .now) < .milliseconds(500))
        }
    }

    @Test("ends one that waits for its turn, and takes nobody's place")
    func inTheQueue() async throws {
        let client = HTTPClient(atMost: 1)
        try await RawServer.open(stalling()) { silent in
            let first = Task { try await client.send(HTTPRequest(url: silent.url)) as HTTPReply }
            await silent.firstRequest()
            let second = Task { try await client.send(HTTPRequest(url: silent.url)) as HTTPReply }
            second.cancel()
            #expect(await outcome(of: second) == .cancelled)
            first.cancel()
            #expect(await outcome(of: first) == .cancelled)
            #expect(silent.requests.count == 1)
        }
        try await RawServer.open(answering(reply())) { server in
            let reply = try await client.send(HTTPRequest(url: server.url))
            #expect(reply.status == 200)
        }
    }

    @Test("before it begins sends nothing")
    func before() async throws {
        try await RawServer.open(answering(reply())) { server in
            let kind = await withTaskGroup(of: HTTPFailure.Kind?.self) { group in
                group.cancelAll()
                group.addTask {
                    do throws(HTTPFailure) {
                        _ = try await HTTPClient().send(HTTPRequest(url: server.url))
                        return nil
                    } catch {
                        return error.kind
                    }
                }
                return await group.next() ?? nil
            }
            #expect(kind == .cancelled)
            #expect(server.requests.isEmpty)
        }
    }
}
