import Foundation
import Maintenance
import RunStore
import Testing

@testable import Notifications

@Suite("Pings to a dead-man's switch", .timeLimit(.minutes(2)))
struct PingNewsTests {
    private static func target(_ name: String = "watch", start: Bool = true, status: Bool = false) -> PingTarget {
        PingTarget(name: name, url: .plain("http://127.0.0.1:1/x"), tellsStart: start, tellsStatus: status)
    }

    @Test("tell that a run began and how it ended, under one key in the form of a UUID")
    func keys() throws {
        let scene = try Scene(Scene.settings([], pings: [Self.target()]))
        var report = try scene.begin()
        try scene.notifier.keepUp()
        let start = try #require(try scene.pings().last)
        #expect(start.signal == .start && start.run == report.run)
        #expect(UUID(uuidString: start.runKey) != nil && start.runKey.dropFirst(14).first == "8")
        report.outcome = .critical
        try scene.end(report)
        try scene.restarted().notifier.keepUp()
        let pings = try scene.pings()
        #expect(pings.map(\.signal) == [.failure])
        #expect(pings.last?.runKey == start.runKey)
    }

    @Test(
        "success is ok or warning, unless the exit status is asked for",
        arguments: [
            (Outcome.ok, OutgoingPing.Signal.success, Int32(0)), (.warning, .success, 1), (.critical, .failure, 2),
            (.unknown, .failure, 3),
        ])
    func signals(_ outcome: Outcome, _ signal: OutgoingPing.Signal, _ status: Int32) throws {
        let pings = [Self.target("a", start: false), Self.target("b", start: false, status: true)]
        let scene = try Scene(Scene.settings([], pings: pings))
        try scene.run(outcome)
        try scene.notifier.keepUp()
        #expect(try scene.pings().map(\.signal) == [signal, .status(status)])
    }

    @Test("a run that is over needs no start, and of many only the last end waits")
    func newest() throws {
        let scene = try Scene(Scene.settings([], pings: [Self.target()]))
        for outcome in [Outcome.critical, .ok, .critical] {
            try scene.run(outcome)
            try scene.notifier.keepUp()
        }
        _ = try scene.begin()
        try scene.notifier.keepUp()
        #expect(try scene.pings().map(\.signal) == [.failure, .start])
        #expect(try scene.store.dispatchCount(.merged) == 2)
        try scene.run(.ok)
        try scene.notifier.keepUp()
        #expect(try scene.pings().map(\.signal) == [.success])
    }
}
