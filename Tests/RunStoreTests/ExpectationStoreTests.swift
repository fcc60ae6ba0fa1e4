import Cron
import Foundation
import GRDB
import Maintenance
import Testing

@testable import RunStore

@Suite("Expectations in the store")
struct ExpectationStoreTests {
    private let folder = StoreFolder()

    private func expectation(_ name: String, every hours: Int = 1) -> Maintenance.Expectation {
        Maintenance.Expectation(
            name: name, title: name, key: .environment("K"), rhythm: .every(TimeSpan(.seconds(hours * 3600))))
    }

    private func ping(_ name: String, _ seconds: Double, _ signal: PingSignal = .success) -> Ping {
        Ping(expectation: name, at: noon.addingTimeInterval(seconds), signal: signal)
    }

    @Test("an expectation is watched from its first sight; another rhythm is watched anew, and its pings are kept")
    func watching() throws {
        let store = try folder.open()
        try store.watch([expectation("nas"), expectation("mail")], now: noon)
        try store.keep(ping("nas", 10))
        try store.watch([expectation("nas", every: 2), expectation("mail")], now: noon + 60)
        let all = try folder.open().expectations()
        #expect(all["nas"]?.history.watchedSince == noon + 60)
        #expect(all["nas"]?.history.lastSuccess == noon + 10)
        #expect(all["mail"]?.history.watchedSince == noon)
        #expect(all["mail"]?.reported == .init(state: .new, at: noon))
    }

    @Test("one that was taken out is forgotten, and new when it comes again")
    func removed() throws {
        let store = try folder.open()
        try store.watch([expectation("nas")], now: noon)
        try store.watch([], now: noon + 60)
        #expect(try store.expectations().isEmpty)
        try store.keep(ping("nas", 70))
        #expect(try store.expectations().isEmpty && store.pings(of: "nas").count == 1)
        try store.watch([expectation("nas")], now: noon + 120)
        #expect(try store.expectations()["nas"]?.history == ExpectationHistory(watchedSince: noon + 120))
    }

    @Test("a ping is kept as it came, also one with bytes that are no text")
    func ping() throws {
        let store = try folder.open()
        let pings = [
            Ping(
                expectation: "nas", at: noon, signal: .failure(exitStatus: 3), run: UUID(), sender: "::1",
                body: [0, 255, 10], bodyBytes: 70_000), ping("nas", 1, .start), ping("nas", 2, .log), ping("nas", 3),
            ping("nas", 4, .failure(exitStatus: nil)),
        ]
        for ping in pings { try store.keep(ping) }
        #expect(try folder.open().pings(of: "nas") == pings.reversed())
        #expect(try store.pings(of: "nas", limit: 2).count == 2 && store.pings(of: "other").isEmpty)
    }

    @Test("of many pings the newest are kept, and bodies are cut: the store stays small")
    func bounds() throws {
        let store = try folder.open()
        try store.watch([expectation("nas")], now: noon)
        try store.keep(ping("mail", 0))
        let body = [UInt8](repeating: 120, count: 50_000)
        for number in 0..<120 {
            try store.keep(Ping(expectation: "nas", at: noon + Double(number), signal: .success, body: body))
        }
        let pings = try store.pings(of: "nas", limit: 1000)
        #expect(pings.count == 100 && pings.first?.at == noon + 119 && pings.last?.at == noon + 20)
        #expect(pings.allSatisfy { $0.body.count == 10_000 && $0.bodyBytes == 50_000 })
        #expect(try store.pings(of: "mail").count == 1)
        #expect(try store.expectations()["nas"]?.history.lastSuccess == noon + 119)
    }

    @Test("that the clock was set back is noted, and that it is right again")
    func align() throws {
        let store = try folder.open()
        try store.watch([expectation("nas"), expectation("mail")], now: noon)
        try store.keep(ping("nas", 2000))
        try store.note(.init(state: .down, at: noon + 3000), of: "nas")
        #expect(try store.alignExpectations(to: noon + 10)["nas"]?.history.setBackAt == noon + 10)
        #expect(try store.alignExpectations(to: noon + 20)["nas"]?.history.setBackAt == noon + 10)
        #expect(try store.expectations()["nas"]?.reported == .init(state: .down, at: noon + 10))
        #expect(try store.expectations()["mail"]?.history.setBackAt == nil)
        let right = try store.alignExpectations(to: noon + 2000)
        #expect(right["nas"]?.history.setBackAt == nil && right["nas"]?.history.lastSuccess == noon + 2000)
    }

    @Test("a time of listening grows while it is looked after, and a step of the clock or a sleep begins another")
    func listening() throws {
        let store = try folder.open()
        func absences(_ now: Double) throws -> [Double] {
            try store.listening(now: noon + now).absences(from: noon, to: noon + now).flatMap {
                [$0.start.timeIntervalSince(noon), $0.end.timeIntervalSince(noon)]
            }
        }
        let span = try store.beginListening(at: noon)
        #expect(try store.lengthen(span, to: noon + 30))
        #expect(try store.lengthen(span, to: noon + 60))
        #expect(try absences(60) == [])
        #expect(try !store.lengthen(span, to: noon + 151), "the machine slept")
        #expect(try !store.lengthen(span, to: noon + 59), "the clock was set back")
        #expect(try !store.lengthen(99, to: noon + 60))
        _ = try store.beginListening(at: noon + 151)
        #expect(try absences(160) == [60, 151])
    }

    @Test("a daemon that starts again and again leaves a bounded number of times")
    func manyStarts() throws {
        let store = try folder.open()
        for number in 0..<510 { _ = try store.beginListening(at: noon + Double(number)) }
        let count = try store.read("count") { try Int.fetchOne($0, sql: "SELECT count(*) FROM listening") }
        #expect(count == 500)
    }

    @Test("the probe really writes")
    func probe() throws {
        let store = try folder.open()
        try store.probe()
        try store.probe()
        #expect(try store.read("look") { try Int.fetchOne($0, sql: "SELECT writes FROM probe") } == 2)
        try store.write("damage") { try $0.execute(sql: "DROP TABLE probe") }
        #expect(throws: RunStoreError.self) { try store.probe() }
    }

    @Test("what a later version wrote is no reason to fail: an unknown state is none that was told")
    func laterVersion() throws {
        let store = try folder.open()
        try store.watch([expectation("nas")], now: noon)
        try store.keep(ping("nas", 1))
        try store.write("change") { database in
            try database.execute(sql: "UPDATE expectation SET reported = 'puzzled'")
            try database.execute(sql: "UPDATE ping SET signal = 'sideways'")
        }
        #expect(try store.expectations()["nas"]?.reported.state == .new)
        #expect(try store.pings(of: "nas").isEmpty)
    }
}
