import HTTPTesting
import HealthPlugin
import Maintenance
import PluginKit
import Testing

@Suite("An endpoint that gives no answer")
struct TroubleTests {
    @Test("because nothing listens is critical, with the number of attempts")
    func refused() async throws {
        let port = try TestServer.freePort()
        let round = try await Rounds.run("retry_delay: 10ms", url: "http://127.0.0.1:\(port)")
        #expect(round.result.outcome == .critical)
        #expect(
            round.result.summary.hasPrefix(
                "/api/health does not answer: http://127.0.0.1:\(port)/api/health: connection refused"))
        #expect(round.result.summary.hasSuffix(", after 3 attempts"))
        #expect(round.errors == [round.result.summary])
        #expect(round.measurements.map(\.name) == ["api_health.attempts"])
        #expect(round.measurement("api_health.attempts")?.value == 3)
    }

    @Test(
        "because the connection ends is critical",
        arguments: [
            Reaction.drop(), .drop(after: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), .reset,
            .drop(after: "HTTP/1.1 200"), .drop(after: "SSH-2.0-x\r\n"),
        ])
    func dropped(_ reaction: Reaction) async throws {
        try await TestServer.open({ _, _ in reaction }) { server in
            let round = try await Rounds.run("retries: 1\nretry_delay: 1ms", url: server.url)
            #expect(round.result.outcome == .critical)
            #expect(round.result.summary.contains("does not answer"), "\(round.result.summary)")
            #expect(server.requests.count == 2)
        }
    }

    @Test("because it hangs ends within its time limits")
    func hanging() async throws {
        try await TestServer.open({ _, _ in .hang }) { server in
            let took = try await elapsed {
                let round = try await Rounds.run(
                    "time_limit_each: 200ms\nretries: 2\nretry_delay: 50ms", url: server.url)
                #expect(round.result.outcome == .critical)
                #expect(round.result.summary.contains("no complete reply within 200 ms"))
                #expect(round.result.summary.hasSuffix("after 3 attempts"))
            }
            #expect(took > .milliseconds(690) && took < .seconds(5), "\(took)")
        }
    }

    @Test("is asked again, and well if it then answers")
    func flapping() async throws {
        let script: TestServer.Script = { _, earlier in
            earlier == 0 ? .reply("503 Service Unavailable") : .reply("200 OK", #"{"status":"healthy"}"#)
        }
        try await TestServer.open(script) { server in
            let round = try await Rounds.run("retry_delay: 10ms", url: server.url)
            #expect(round.result.outcome == .ok)
            #expect(round.measurement("api_health.attempts")?.value == 2)
            #expect(round.log.allSatisfy { $0.level == .info })
            #expect(round.log.first?.message == "/api/health answers 503 (wanted 200); asking again in 10ms")
            #expect(round.log.last?.message.hasSuffix("at attempt 2") == true)
        }
    }

    @Test("is not asked again where that cannot help")
    func hopeless() async throws {
        let round = try await Rounds.run("", url: "nonsense")
        #expect(round.result.outcome == .critical)
        #expect(round.measurement("api_health.attempts")?.value == 1)
        #expect(round.result.summary.contains("not a URL"))
    }

    @Test("does not take the others with it")
    func mixed() async throws {
        let script: TestServer.Script = { path, _ in
            switch path {
            case "/ok": .reply()
            case "/hang": .hang
            case "/drop": .drop()
            default: .reply("500 Internal Server Error", #"{"error":"boom"}"#)
            }
        }
        try await TestServer.open(script) { server in
            let with = """
                endpoints: [{path: /ok}, {path: /hang}, {path: /drop}, {path: /b}, {path: /c}]
                time_limit_each: 300ms
                retries: 0
                """
            let round = try await Rounds.run(with, url: server.url)
            #expect(round.result.outcome == .critical)
            #expect(round.result.summary.hasPrefix("4 of 5 endpoints need attention: /hang does not answer: "))
            #expect(round.result.summary.hasSuffix("; /b answers 500 (wanted 200): \"boom\"; and 1 more"))
            #expect(round.errors.count == 4)
            #expect(round.measurement("ok.total_time") != nil)
        }
    }
}

@Suite("Time")
struct TimeTests {
    @Test("is shared by endpoints that are asked side by side")
    func together() async throws {
        try await TestServer.open({ _, _ in .reply(after: 1000) }) { server in
            let list = (0..<8).map { "{path: /\($0)}" }.joined(separator: ", ")
            let took = try await elapsed {
                let round = try await Rounds.run("endpoints: [\(list)]", url: server.url)
                #expect(round.result.outcome == .ok)
                #expect(round.result.summary.hasPrefix("8 of 8 endpoints answer, slowest /"))
            }
            // One after the other they would take eight seconds.
            #expect(took < .seconds(5), "\(took)")
        }
    }

    @Test("is not shared by more than 'concurrency'")
    func oneByOne() async throws {
        try await TestServer.open({ _, _ in .reply(after: 100) }) { server in
            let took = try await elapsed {
                let round = try await Rounds.run(
                    "concurrency: 1\nendpoints: [{path: /a}, {path: /b}, {path: /c}]", url: server.url)
                #expect(round.result.outcome == .ok)
            }
            #expect(took >= .milliseconds(300))
        }
    }

    @Test("up to the deadline is enough for a result, whatever the parameters say")
    func deadline() async throws {
        try await TestServer.open({ _, _ in .hang }) { server in
            let took = try await elapsed {
                let round = try await Rounds.run(
                    "time_limit_each: 20s\nretries: 9\nconcurrency: 1\nendpoints: [{path: /a}, {path: /b}]",
                    url: server.url, within: 4)
                #expect(round.result.outcome == .critical)
                #expect(round.errors.count == 2)
                #expect(round.errors[0].hasSuffix("there was no time to ask again"), "\(round.errors)")
                #expect(round.errors[1].hasPrefix("/b was not asked: the task's time limit was over"))
                #expect(round.result.summary.contains("; /b was not asked"))
                #expect(server.requests.count == 1)
            }
            #expect(took < .seconds(4), "\(took)")
        }
    }

    @Test("that is over before it begins leaves the answer unknown")
    func noTime() async throws {
        try await TestServer.open({ _, _ in .reply() }) { server in
            let round = try await Rounds.run("", url: server.url, within: -5)
            #expect(round.result.outcome == .unknown && server.requests.isEmpty)
        }
    }

    @Test(
        "ends at once when the task is cancelled",
        arguments: ["retries: 0\ntime_limit_each: 20s", "retry_delay: 20s\ntime_limit_each: 20s"])
    func cancelled(_ with: String) async throws {
        let hangs = with.hasPrefix("retries: 0")
        try await TestServer.open({ _, _ in hangs ? .hang : .drop() }) { server in
            let task = Task { try await Rounds.run(with, url: server.url) }
            await server.firstRequest()
            let moment = ContinuousClock.now
            task.cancel()
            let round = try await task.value
            #expect(moment.duration(to: .now) < .seconds(2))
            #expect(round.result == TaskResult(.unknown, "stopped before it was done"))
        }
    }
}
