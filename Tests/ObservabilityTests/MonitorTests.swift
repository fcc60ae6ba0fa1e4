import Foundation
import Maintenance
import RunStore
import ServiceLifecycle
import Synchronization
import Testing

@testable import Observability

@Suite("Watching for pings")
struct MonitorTests {
    private struct Refused: Error {}

    private let folder: TestFolder
    private let store: RunStore
    private let expectation = Maintenance.Expectation(
        name: "nas", title: "NAS", key: .environment("NAS"), rhythm: .every(TimeSpan(.seconds(3600))),
        grace: TimeSpan(.seconds(600)))

    init() throws {
        folder = try TestFolder()
        store = try RunStore(at: folder.appending("runs.db"))
    }

    private func monitor(at now: Date = noon) throws -> ExpectationMonitor {
        let monitor = ExpectationMonitor(store: store)
        try monitor.expect([expectation], now: now)
        return monitor
    }

    /// Notes that Ronde listened from one second to another after noon.
    private func listen(_ from: Double, _ until: Double) throws {
        let span = try store.beginListening(at: noon + from)
        for second in stride(from: from, through: until, by: 60) { _ = try store.lengthen(span, to: noon + second) }
        _ = try store.lengthen(span, to: noon + until)
    }

    private func kinds(_ monitor: ExpectationMonitor, _ seconds: Double) throws -> [ExpectationEvent.Kind] {
        try monitor.look(at: noon + seconds) { _ in }.events.map(\.kind)
    }

    private func keep(_ seconds: Double, _ signal: PingSignal = .success) throws {
        try store.keep(Ping(expectation: "nas", at: noon + seconds, signal: signal))
    }

    @Test("events come once, also after a restart, and each look says when to look again")
    func story() throws {
        try listen(-60, 30_000)
        let monitor = try monitor()
        let first = try monitor.look(at: noon) { _ in }
        #expect(first.events.isEmpty && first.next == noon + 3600)
        #expect(try monitor.look(at: noon + 3600) { _ in }.next == noon + 4200)
        #expect(try kinds(monitor, 4200) == [.overdue])
        #expect(try kinds(monitor, 5000) == [])
        #expect(try kinds(self.monitor(at: noon + 5000), 5000) == [])
        try keep(6000, .start)
        #expect(try kinds(monitor, 6000) == [])
        try keep(6010, .failure(exitStatus: 9))
        #expect(try kinds(monitor, 6010) == [.failed])
        try keep(6020, .failure(exitStatus: 9))
        #expect(try kinds(monitor, 6020) == [])
        try keep(6030)
        let back = try monitor.look(at: noon + 6031) { _ in }
        #expect(back.events.map(\.kind) == [.back] && back.events[0].since == noon + 6010)
        #expect(back.next == noon + 9630)
        #expect(try kinds(monitor, 6040) == [])
    }

    @Test("an event that could not be handed over is told again")
    func refused() throws {
        try listen(-60, 5000)
        let monitor = try monitor()
        #expect(throws: Refused.self) { try monitor.look(at: noon + 4200) { _ in throw Refused() } }
        #expect(try kinds(monitor, 4200) == [.overdue])
    }

    @Test("a ping that came while Ronde was away is no reason to accuse")
    func away() throws {
        try listen(-60, 3500)
        try listen(5000, 20_000)
        let monitor = try monitor()
        let look = try monitor.look(at: noon + 5000) { _ in }
        #expect(look.events.map(\.kind) == [.unheard] && look.next == noon + 5000 + 3600 + 600)
        #expect(look.events.first?.status.absence == DateInterval(start: noon + 3500, end: noon + 5000))
        #expect(try kinds(monitor, 9000) == [])
        #expect(try kinds(monitor, 9200) == [.overdue])
    }

    @Test("a clock that was ahead for a while silences nothing and accuses nobody")
    func clockAhead() throws {
        try listen(-60, 600)
        let monitor = try monitor()
        let year = 365 * 86_400.0
        _ = try store.beginListening(at: noon + year)
        #expect(try kinds(monitor, year) == [.unheard], "nothing was heard for a year")
        try keep(year + 10)
        #expect(try kinds(monitor, year + 10) == [.back])
        // The clock is right again.
        try listen(1200, 10_000)
        #expect(try kinds(monitor, 1200) == [])
        #expect(try monitor.statuses(at: noon + 1300).map(\.state) == [.new])
        #expect(try kinds(monitor, 1200 + 3600) == [])
        #expect(try kinds(monitor, 1200 + 4200) == [.overdue])
    }

    @Test("what is expected no more is told of no more; what nobody watches yet is new")
    func changed() throws {
        try listen(-60, 10_000)
        let monitor = try monitor()
        try monitor.expect([], now: noon + 100)
        #expect(try monitor.look(at: noon + 9000) { _ in } == .init(events: [], next: nil))
        #expect(
            try ExpectationMonitor.statuses(of: [expectation], in: store, at: noon).map(\.state) == [.new])
    }

    @Test("the service notes when it listens, looks when a ping comes, and ends at once")
    func service() async throws {
        let desk = PingDesk()
        let told = Mutex<[String]>([])
        let capture = LogCapture()
        let now = Date.now
        let monitor = try monitor(at: now)
        let watch = ExpectationWatch(monitor, desk: desk, store: store, log: capture.logger) { events in
            told.withLock { $0 += events.map(\.kind.rawValue) }
        }
        let group = ServiceGroup(services: [watch], logger: capture.logger)
        let task = Task { try await group.run() }
        desk.setListening(true)
        func isListening(_ now: Date) throws -> Bool { try store.listening(now: now).isListening(at: now) }
        while try !isListening(.now) { await Task.yield() }
        try store.keep(Ping(expectation: "nas", at: .now, signal: .failure(exitStatus: 1)))
        desk.bell.ring()
        while told.withLock({ $0.isEmpty }) { await Task.yield() }
        try store.keep(Ping(expectation: "nas", at: .now, signal: .success))
        desk.bell.ring()
        while told.withLock({ $0.count < 2 }) { await Task.yield() }
        let begin = ContinuousClock.now
        await group.triggerGracefulShutdown()
        try await task.value
        #expect(ContinuousClock.now - begin < .seconds(10))
        #expect(told.withLock { $0 } == ["failed", "back"])
        #expect(capture.all.contains { $0.hasPrefix("warning: expectation failed expectation=nas why=") })
    }

    @Test("a bell that rings early is heard, and a wait that is cancelled ends")
    func bell() async {
        let bell = Bell()
        bell.ring()
        bell.ring()
        await bell.wait()
        let waiting = Task { await bell.wait() }
        waiting.cancel()
        await waiting.value
        let other = Task { await bell.wait() }
        bell.ring()
        await other.value
        for _ in 0..<1000 {
            let racing = Task { await bell.wait() }
            async let cancelled: Void = racing.cancel()
            bell.ring()
            await cancelled
            await racing.value
        }
    }
}
