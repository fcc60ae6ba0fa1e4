import Cron
import Foundation
import Testing

@testable import Maintenance

/// An expectation at 02:00 each day (UTC), with half an hour of grace, told in hours from a midnight on.
struct Watch {
    static let midnight = Date(timeIntervalSince1970: 1_800_057_600)  // 16 January 2027, 00:00 UTC

    var expectation: Maintenance.Expectation
    var history = ExpectationHistory(watchedSince: midnight)
    /// From and to, in hours.
    var heard: [(Double, Double)] = [(-1, 100_000)]

    init(cron: String = "0 2 * * *", zone: TimeZone = .gmt, grace: Double = 0.5) throws {
        expectation = Maintenance.Expectation(
            name: "nas", title: "NAS", key: .environment("K"),
            rhythm: .cron(try CronExpression(parsing: cron), zone), grace: TimeSpan(.seconds(grace * 3600)))
    }

    init(everyHours: Double, grace: Double) throws {
        try self.init(grace: grace)
        expectation.rhythm = .every(TimeSpan(.seconds(everyHours * 3600)))
    }

    static func at(_ hours: Double) -> Date { midnight.addingTimeInterval((hours * 3600).rounded()) }

    mutating func ping(_ hours: Double, _ signal: PingSignal = .success, run: UUID? = nil) {
        history.take(Ping(expectation: "nas", at: Self.at(hours), signal: signal, run: run))
    }

    func status(_ hours: Double) -> ExpectationStatus {
        let now = Self.at(hours)
        let spans = heard.map { ListeningRecord.Span(since: Self.at($0.0), until: min(Self.at($0.1), now)) }
        return ExpectationJudge(
            expectation, history, listening: ListeningRecord(spans, now: now), now: now
        ).status()
    }

    func state(_ hours: Double) -> ExpectationState { status(hours).state }
}

@Suite("How an expectation is judged")
struct ExpectationJudgeTests {
    private func hours(_ date: Date?) -> Double? { date.map { $0.timeIntervalSince(Watch.midnight) / 3600 } }

    @Test("before the first ping: new until one is due, late in its grace, down after it")
    func first() throws {
        let watch = try Watch()
        #expect(watch.state(1.99) == .new)
        #expect(hours(watch.status(1).nextLook) == 2)
        #expect(watch.state(2) == .late)
        #expect(hours(watch.status(2).nextLook) == 2.5)
        #expect(watch.state(2.499) == .late)
        let down = watch.status(2.5)
        #expect(down.state == .down && down.nextLook == nil)
        #expect(hours(down.expectedAt) == 2 && hours(down.since) == 2.5)
        #expect(down.sentence(in: .gmt).contains("none has ever come"))
    }

    @Test("a ping in time is good until the next one is due")
    func inTime() throws {
        var watch = try Watch()
        watch.ping(2.2)
        #expect(watch.state(2.2) == .up)
        #expect(watch.state(25.9) == .up)
        #expect(watch.state(26.1) == .late)
        #expect(watch.state(26.5) == .down)
        watch.ping(26.4)
        #expect(watch.state(26.5) == .up)
        watch.ping(30)
        #expect(watch.state(49.9) == .up, "one more ping changes nothing")
        #expect(watch.state(50.6) == .down)
    }

    @Test(
        "a ping shortly before its time, from a clock that is ahead, counts for it",
        arguments: [(-30.0, true), (-120, false)])
    func early(_ seconds: Double, _ counts: Bool) throws {
        var watch = try Watch()
        watch.ping(2 + seconds / 3600)
        #expect(watch.state(3) == (counts ? .up : .down))
    }

    @Test("of a schedule by the minute a ping is early by seconds only")
    func everyMinute() throws {
        var watch = try Watch(cron: "* * * * *", grace: 30 / 3600)
        watch.ping(1)
        #expect(watch.state(1 + 89.0 / 3600) == .late)
        #expect(watch.state(1 + 90.0 / 3600) == .down)
    }

    @Test("so long after the last ping")
    func interval() throws {
        var watch = try Watch(everyHours: 1, grace: 0.25)
        #expect(watch.state(0.9) == .new)
        #expect(watch.state(1.1) == .late)
        #expect(watch.state(1.25) == .down)
        watch.ping(5)
        #expect(watch.state(5.9) == .up)
        #expect(watch.state(6.2) == .late)
        #expect(watch.state(6.25) == .down)
    }

    @Test("the zone of the schedule counts, and a change of its clocks")
    func zones() throws {
        let paris = try #require(TimeZone(identifier: "Europe/Paris"))
        var watch = try Watch(zone: paris)
        #expect(hours(watch.status(0).expectedAt) == 1)
        // 28 March 2027: 02:00 is skipped, and what is due then comes right after the jump, at 01:00 UTC.
        let jump = InstantText.parse("2027-03-28T00:00:00Z") ?? .distantPast
        let day = try #require(hours(jump))
        watch.ping(day - 23)
        #expect(hours(watch.status(day).expectedAt) == day + 1)
        #expect(watch.state(day + 1.4) == .late && watch.state(day + 1.5) == .down)
    }

    @Test("a failure is a failure at once, until a success; the job ran, so that nothing is overdue")
    func failure() throws {
        var watch = try Watch()
        watch.ping(2.1, .failure(exitStatus: 3))
        let status = watch.status(2.2)
        #expect(status.state == .failed && status.exitStatus == 3 && hours(status.since) == 2.1)
        #expect(hours(status.expectedAt) == 26 && hours(status.deadline) == 26.5)
        #expect(watch.state(20) == .failed)
        #expect(watch.state(26.6) == .down, "and then it was silent as well")
        watch.ping(27)
        #expect(watch.state(27) == .up)
        watch.ping(28, .failure(exitStatus: nil))
        #expect(watch.status(28).state == .failed && watch.status(28).exitStatus == nil)
    }

    @Test("a run that began may take the grace, from its own start; then it is down")
    func started() throws {
        var watch = try Watch()
        watch.ping(2.4, .start)
        #expect(watch.state(2.6) == .started, "its time to end counts from its start, not from 02:00")
        #expect(hours(watch.status(2.6).nextLook) == 2.9)
        let down = watch.status(2.9)
        #expect(down.state == .down && hours(down.startedAt) == 2.4 && hours(down.since) == 2.9)
        #expect(down.sentence(in: .gmt).contains("had not ended"))
        watch.ping(3.5)
        #expect(watch.state(3.5) == .up)
    }

    @Test("runs are told apart by their ids; an end without an id ends all")
    func runs() throws {
        let (one, other) = (UUID(), UUID())
        var watch = try Watch()
        watch.ping(2, .start, run: one)
        watch.ping(2.1, .start, run: other)
        watch.ping(2.2, .success, run: one)
        #expect(watch.state(2.3) == .started)
        #expect(watch.state(2.6) == .down)
        watch.ping(2.65)
        #expect(watch.state(2.7) == .up)
        var next = try Watch()
        next.ping(2, .start, run: one)
        next.ping(26, .start, run: other)
        next.ping(26.1, .success, run: other)
        #expect(next.state(26.2) == .up, "the end of the older run was lost; the job goes on")
    }

    @Test("a log message is no sign of life, and a thousand starts are bounded")
    func others() throws {
        var watch = try Watch()
        watch.ping(2.1, .log)
        #expect(watch.state(2.5) == .down)
        for _ in 0..<1000 { watch.ping(2.1, .start, run: UUID()) }
        #expect(watch.history.openRuns.count == 32)
    }

    @Test(
        "where Ronde was away while the ping may have come, nothing is said to be down",
        arguments: [
            ([(-1.0, 1.5), (2.2, 100)], true), ([(-1.0, 2.2), (2.3, 100)], true), ([(-1.0, 2.4), (2.6, 100)], true),
            ([(-1.0, 1.5), (1.9, 100)], false), ([(-1.0, 2.55), (2.6, 100)], false), ([(2.6, 100)], true), ([], true),
        ] as [([(Double, Double)], Bool)])
    func away(_ heard: [(Double, Double)], _ isInDoubt: Bool) throws {
        var watch = try Watch()
        watch.heard = heard
        #expect(watch.state(3) == (isInDoubt ? .unheard : .down))
        if isInDoubt, !heard.isEmpty {
            watch.heard[watch.heard.count - 1].1 = 1000
            #expect(watch.state(26.4) == .unheard)
            #expect(watch.state(26.5) == .down, "the next one decides")
            watch.ping(26.2)
            #expect(watch.state(26.5) == .up)
        }
    }

    @Test("a doubt names the whole absence and when it will be decided")
    func doubt() throws {
        var watch = try Watch()
        watch.heard = [(-1, 1), (30, 100)]
        let status = watch.status(31)
        #expect(status.state == .unheard)
        #expect(hours(status.absence?.start) == 1 && hours(status.absence?.end) == 30)
        #expect(hours(status.expectedAt) == 50 && hours(status.nextLook) == 50.5)
        #expect(
            status.sentence(in: .gmt).contains(
                "not listening from 2027-01-16T01:00:00Z to 2027-01-17T06:00:00Z"))
    }

    @Test("after an absence an interval begins anew")
    func intervalAway() throws {
        var watch = try Watch(everyHours: 24, grace: 1)
        watch.ping(3)
        watch.heard = [(-1, 26.9), (27.2, 1000)]
        #expect(watch.state(27.5) == .late)
        #expect(watch.state(28) == .unheard)
        #expect(hours(watch.status(28).nextLook) == 52.2)
        #expect(watch.state(52.1) == .unheard && watch.state(52.2) == .down)
    }

    @Test("a run whose end fell into an absence is in doubt, not down")
    func runAway() throws {
        var watch = try Watch()
        watch.ping(2.1, .start)
        watch.heard = [(-1, 2.2), (2.4, 100)]
        #expect(watch.state(2.7) == .unheard)
        #expect(watch.status(2.7).sentence(in: .gmt).contains("no end was heard"))
    }

    @Test("years of absence in a schedule by the minute are judged at once")
    func longAbsence() throws {
        var watch = try Watch(cron: "* * * * *", grace: 30)
        watch.heard = [(-1, 1), (20_000, 20_000.01)]
        let begin = ContinuousClock.now
        #expect(watch.state(20_000.01) == .unheard)
        watch.heard = (0..<500).map { (Double($0 * 40), Double($0 * 40 + 1)) }
        watch.heard.append((20_000, 20_000.01))
        #expect(watch.state(20_000.01) == .unheard)
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test("what a clock wrote that was ahead keeps nothing quiet, and accuses nobody")
    func clockAhead() throws {
        var watch = try Watch()
        watch.ping(10_000)
        watch.ping(10_001, .start)
        watch.ping(10_002, .failure(exitStatus: 1))
        #expect(watch.state(1) == .new && watch.status(1).lastPing == nil)
        #expect(watch.state(51) == .new, "while nobody noticed, nobody is accused")
        var changes = [watch.history.align(to: Watch.at(51)), watch.history.align(to: Watch.at(60))]
        #expect(watch.state(73) == .new && watch.state(74.5) == .down)
        watch.ping(75)
        #expect(watch.state(76) == .up)
        changes.append(watch.history.align(to: Watch.at(76)))
        #expect(changes == [true, false, true] && watch.history.setBackAt == nil)
        #expect(watch.state(10_003) == .down, "the failure of that clock is forgotten")
    }

    @Test("a clock that is wrong for a moment, as at boot, takes nothing away")
    func clockBehind() throws {
        var watch = try Watch()
        watch.ping(2.1)
        let before = watch.history
        let boot = Date(timeIntervalSince1970: 60)
        var changes = [watch.history.align(to: boot)]
        let status = ExpectationJudge(
            watch.expectation, watch.history, listening: ListeningRecord([], now: boot), now: boot
        ).status()
        #expect(status.state == .new)
        changes.append(watch.history.align(to: Watch.at(3)))
        #expect(changes == [true, true] && watch.history == before && watch.state(3) == .up)
    }

    @Test("a history is the same after it was stored", arguments: [true, false])
    func coding(_ hasRuns: Bool) throws {
        var watch = try Watch()
        watch.ping(2.1, .failure(exitStatus: 3))
        if hasRuns { watch.ping(2.2, .start, run: UUID()) }
        let text = try RecordCoding.encoder().encode(watch.history)
        #expect(try RecordCoding.decoder().decode(ExpectationHistory.self, from: text) == watch.history)
    }
}
