import Foundation
import Maintenance
import PluginKit
import Synchronization
import Testing

/// A plugin that does what its parameters say.
private struct Parrot: TaskPlugin {
    static let name = "parrot"
    static let manifest: [UInt8] = []

    struct Configuration: Decodable, Sendable {
        var say: String
        var fails: Bool?
        var limit: TimeSpan?
    }

    struct Broken: Error, CustomStringConvertible { let description = "the parrot is gone" }

    let configuration: Configuration

    init(_ configuration: Configuration) throws {
        guard !configuration.say.isEmpty else { throw TaskFailure(.unknown, "nothing to say") }
        self.configuration = configuration
    }

    func run(in context: TaskContext) async throws -> TaskResult {
        context.progress(2, configuration.say)
        if configuration.fails == true { throw Broken() }
        try Task.checkCancellation()
        return TaskResult(.warning, configuration.say)
    }
}

struct PluginHostTests {
    private func request(_ with: [String: JSONValue]) -> PluginRequest {
        PluginRequest(
            run: "weekly-20261122-020000", task: "t", attempt: 1, plugin: "parrot",
            service: Service(name: "api", title: "API"), with: .object(with), dryRun: false,
            nominalTime: Date(timeIntervalSince1970: 1_795_309_200), deadline: .distantFuture, scratch: "/tmp")
    }

    @Test("parameters, events and result go through")
    func through() async {
        let events = Mutex<[PluginEvent]>([])
        let result = await PluginHost.perform(Parrot.self, request(["say": .string("hello")])) { event in
            events.withLock { $0.append(event) }
        }
        #expect(result == TaskResult(.warning, "hello"))
        #expect(events.withLock { $0 } == [.progress(fraction: 1, message: "hello")])
    }

    @Test(
        "whatever goes wrong becomes a result",
        arguments: [
            (["say": JSONValue.string("x"), "fails": .bool(true)], Outcome.critical, "the parrot is gone"),
            (["say": .string("")], .unknown, "nothing to say"),
            ([:], .unknown, "parameters of 'parrot': 'say' is missing"),
            (["say": .integer(3)], .unknown, "parameters of 'parrot': say:"),
            (["say": .string("x"), "limit": .string("soon")], .unknown, "'soon' is not a length of time"),
        ])
    func failures(with: [String: JSONValue], outcome: Outcome, says: String) async {
        let result = await PluginHost.perform(Parrot.self, request(with)) { _ in }
        #expect(result.outcome == outcome)
        #expect(result.summary.contains(says), "\(result.summary)")
    }

    @Test("a cancelled plugin ends unknown")
    func cancelled() async {
        let result = await withTaskGroup(of: TaskResult.self) { group in
            group.cancelAll()
            group.addTask { await PluginHost.perform(Parrot.self, request(["say": .string("x")])) { _ in } }
            return await group.next()
        }
        #expect(result == TaskResult(.unknown, "stopped before it was done"))
    }

    @Test("a request is one line, with the offset of its zone, and reads back the same")
    func requestLine() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Paris"))
        var request = request(["say": .string("a\nb")])
        request.deadline = Date(timeIntervalSince1970: 1_795_309_260)
        let line = try request.line(timeZone: zone)
        #expect(line.filter { $0 == 0x0A }.count == 1)
        #expect(String(decoding: line, as: UTF8.self).contains(#""nominal_time":"2026-11-22T02:00:00+01:00""#))
        #expect(try RecordCoding.decoder().decode(PluginRequest.self, from: Data(line)) == request)
    }
}
