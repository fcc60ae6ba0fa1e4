import Foundation
import Maintenance
import Testing

@testable import Notifications

/// One line of the truth table: what is seen, hour by hour, and what is told.
struct Course: CustomTestStringConvertible, Sendable {
    /// `o`, `w`, `c`, `u`: a run ended ok, warning, critical, unknown; `.`: an hour passed; `a`: it was acknowledged.
    var seen: String
    /// `F` failure, `C` change, `R` recovery, `r` reminder, `-` nothing.
    var told: String
    /// The hour of the first event, in Paris, on 10 June 2026.
    var hour = 12
    var after = 1
    var repeats: Int? = 24
    var events: Set<NoticeEvent> = NoticeRule.usualEvents
    var outcomes: Set<Outcome> = NoticeRule.usualOutcomes
    /// Whether 22:00 to 07:00 are quiet, but for some outcomes.
    var quietExcept: Set<Outcome>?
    var why: String

    var testDescription: String { "\(why): \(seen)" }
}

let paris = TimeZone(identifier: "Europe/Paris") ?? .gmt

func instant(_ text: String) throws -> Date { try #require(InstantText.parse(text)) }

@Suite("What is told of an alert")
struct AlertMachineTests {
    static let courses = [
        Course(seen: "ooo", told: "---", why: "nothing is wrong"),
        Course(seen: "oco", told: "-FR", why: "the first failure and its end"),
        Course(seen: "cccc", told: "F---", why: "the same again is no news"),
        Course(seen: "wcwo", told: "FCCR", why: "each change of outcome"),
        Course(seen: "cuuco", told: "FC-CR", why: "unknown is not critical"),
        Course(seen: "cocoC".lowercased(), told: "FRFRF", why: "flapping is told each time"),
        Course(seen: "cocococo", told: "--------", after: 2, why: "flapping below N in a row is not told"),
        Course(seen: "ccco", told: "--FR", after: 3, why: "N in a row before the first"),
        Course(seen: "ccoccoccc", told: "--------F", after: 3, why: "an ok run starts the row again"),
        Course(seen: "wcwo", told: "-FCR", after: 2, why: "a row counts whatever its outcomes"),
        Course(seen: "cco", told: "---", after: 3, why: "the end of what was never told is not told"),
        Course(seen: "c......", told: "F--r--r", repeats: 3, why: "it is repeated while it goes on"),
        Course(seen: "c.c.c.c", told: "F--r--r", repeats: 3, why: "runs in between put no reminder off"),
        Course(seen: "c.......", told: "F-------", repeats: nil, why: "or never"),
        Course(seen: "c.....", told: "------", after: 2, repeats: 1, why: "what was not told is not repeated"),
        Course(seen: "c.wc...", told: "F-CC--r", repeats: 3, why: "a change puts the reminder off"),
        Course(seen: "ca........", told: "F---------", repeats: 3, why: "acknowledged: no reminders"),
        Course(seen: "caccw..", told: "F---C--", repeats: 3, why: "acknowledged until its outcome changes"),
        Course(seen: "cacw...", told: "F--C--r", repeats: 3, why: "reminders begin again after the change"),
        Course(seen: "caoc", told: "F-RF", why: "acknowledged until it is over"),
        Course(seen: "ac", told: "-F", why: "nothing can be acknowledged in advance"),
        Course(seen: "cac", told: "---", after: 5, why: "acknowledged before it is told"),
        Course(seen: "cacccco", told: "------R", after: 3, why: "who acknowledged it hears its end"),
        Course(seen: "wcwo", told: "F---", events: [.failure], why: "failures alone"),
        Course(seen: "wcwo", told: "-CC-", events: [.change], why: "changes alone"),
        Course(seen: "wcwo", told: "---R", events: [.recovery], why: "recoveries alone"),
        Course(seen: "wcwo", told: "-FR-", outcomes: [.critical], why: "a warning is well where only critical counts"),
        Course(seen: "wucu", told: "-FCC", outcomes: [.critical, .unknown], why: "two outcomes count"),
        // Quiet from 22:00 to 07:00.
        Course(seen: "oc.........", told: "----------F", hour: 21, quietExcept: [], why: "held until the morning"),
        Course(seen: "oco........", told: "-----------", hour: 21, quietExcept: [], why: "over before it was told"),
        Course(seen: "co.........", told: "F---------R", hour: 21, quietExcept: [], why: "its end is held too"),
        Course(seen: "coc........", told: "F----------", hour: 21, quietExcept: [], why: "over and back in the night"),
        Course(seen: "cow........", told: "F---------C", hour: 21, quietExcept: [], why: "back as something else"),
        Course(seen: "wcuc.......", told: "F---------C", hour: 21, quietExcept: [], why: "many changes become one"),
        Course(seen: "wcw........", told: "F----------", hour: 21, quietExcept: [], why: "changed and changed back"),
        Course(seen: "c", told: "F", hour: 7, quietExcept: [], why: "07:00 is quiet no more"),
        Course(seen: "c", told: "-", hour: 22, quietExcept: [], why: "22:00 is quiet"),
        Course(seen: "c", told: "-", hour: 3, quietExcept: [], why: "so is the hour past midnight"),
        Course(seen: "co", told: "FR", hour: 23, quietExcept: [.critical], why: "critical is told, and its end"),
        Course(seen: "wo", told: "--", hour: 23, quietExcept: [.critical], why: "a warning is not"),
        Course(seen: "u.......", told: "-------F", hour: 0, quietExcept: [.critical], why: "nor is unknown"),
        Course(
            seen: "cw......", told: "F------C", hour: 0, quietExcept: [.critical], why: "that it is better can wait"),
        Course(seen: "wc......", told: "-F------", hour: 0, quietExcept: [.critical], why: "that it is worse cannot"),
        Course(
            seen: "c............", told: "F-----------r", hour: 19, repeats: 3, quietExcept: [],
            why: "reminders wait for the morning"),
        Course(
            seen: "c......", told: "F--r--r", hour: 22, repeats: 3, quietExcept: [.critical],
            why: "but not critical ones"),
        Course(
            seen: "ca.........", told: "-----------", hour: 22, quietExcept: [], why: "acknowledged while it was held"),
        Course(seen: "cao........", told: "---------R-", hour: 22, quietExcept: [], why: "and its end in the morning"),
        Course(
            seen: "cc.........", told: "---------F-", hour: 22, after: 2, quietExcept: [], why: "N in a row at night"),
    ]

    @Test("follows the truth table", arguments: courses)
    func table(_ course: Course) throws {
        var rule = NoticeRule(name: "r", events: course.events, after: course.after)
        rule.repeats = course.repeats.map { TimeSpan(.seconds($0 * 3600)) }
        rule.quiet = course.quietExcept.map { QuietHours(start: 22 * 60, end: 7 * 60, timeZone: paris, except: $0) }
        let machine = AlertMachine(rule, .run)
        let start = try instant("2026-06-10T00:00:00+02:00").addingTimeInterval(Double(course.hour) * 3600)
        var state: AlertState?
        var told = ""
        for (index, event) in course.seen.enumerated() {
            let now = start.addingTimeInterval(Double(index) * 3600)
            let step = try Self.step(event, machine, state, course.outcomes, at: now)
            state = step.state
            told += Self.letter(step.telling)
        }
        #expect(told == course.told)
    }

    private static func step(
        _ event: Character, _ machine: AlertMachine, _ state: AlertState?, _ failing: Set<Outcome>, at now: Date
    ) throws -> AlertMachine.Step {
        let outcomes: [Character: Outcome] = ["o": .ok, "w": .warning, "c": .critical, "u": .unknown]
        if let outcome = outcomes[event] {
            return machine.observe(
                .init(outcome, isFailing: failing.contains(outcome)), state, at: now, thread: "t")
        }
        guard let state else { return .init() }
        if event == "a" { return machine.acknowledge(state, Acknowledgement(at: now, note: nil)) }
        #expect(event == ".")
        return machine.look(state, at: now)
    }

    private static func letter(_ telling: AlertMachine.Telling?) -> String {
        switch telling {
        case .failure: "F"
        case .change: "C"
        case .spread: "S"
        case .recovery: "R"
        case .reminder: "r"
        case nil: "-"
        }
    }

    @Test("what a step says of the next look is when there is something to say, and not before")
    func nextLook() throws {
        let now = try instant("2026-06-10T21:30:00+02:00")
        var rule = NoticeRule(name: "r", repeats: TimeSpan(.seconds(7200)))
        rule.quiet = QuietHours(start: 22 * 60, end: 7 * 60, timeZone: paris)
        let machine = AlertMachine(rule, .run)
        let told = machine.observe(.init(.critical, isFailing: true), nil, at: now, thread: "t")
        #expect(told.nextLook == now.addingTimeInterval(7200))
        let held = machine.look(try #require(told.state), at: now.addingTimeInterval(7200))
        #expect(held.telling == nil)
        #expect(try held.nextLook == instant("2026-06-11T07:00:00+02:00"))
        let acknowledged = machine.acknowledge(
            try #require(held.state), Acknowledgement(at: now.addingTimeInterval(7200), note: nil))
        #expect(acknowledged.nextLook == nil && acknowledged.telling == nil)
    }

    @Test("a clock that is set back by years silences no reminder for years")
    func clockSetBack() throws {
        let machine = AlertMachine(NoticeRule(name: "r", repeats: TimeSpan(.seconds(3600))), .run)
        let ahead = try instant("2031-06-10T12:00:00Z")
        let now = try instant("2026-06-10T12:00:00Z")
        let state = try #require(
            machine.observe(.init(.critical, isFailing: true), nil, at: ahead, thread: "t").state)
        let looked = machine.look(state, at: now)
        #expect(looked.telling == nil && looked.nextLook == now.addingTimeInterval(3600))
        #expect(looked.state?.since == now)
        #expect(machine.look(try #require(looked.state), at: now.addingTimeInterval(3600)).telling == .reminder)
    }

    @Test("a further task that fails is told though the outcome is the same, each once")
    func spread() throws {
        let machine = AlertMachine(NoticeRule(name: "r"), .run)
        var now = try instant("2026-06-10T12:00:00Z")
        var state: AlertState?
        func see(_ tasks: [String: Outcome]) -> AlertMachine.Telling? {
            now += 60
            let step = machine.observe(.init(.critical, isFailing: true, tasks: tasks), state, at: now, thread: "t")
            state = step.state
            return step.telling
        }
        #expect(see(["health": .critical]) == .failure)
        #expect(see(["health": .critical]) == nil)
        #expect(see(["health": .critical, "backup": .warning]) == .spread(tasks: ["backup"]))
        #expect(see(["backup": .critical]) == .spread(tasks: ["backup"]))
        #expect(see(["health": .critical, "backup": .critical]) == nil)
        state = machine.acknowledge(try #require(state), Acknowledgement(at: now, note: nil)).state
        #expect(see(["health": .critical, "backup": .critical]) == nil)
        #expect(state?.acknowledgement != nil)
        #expect(see(["drill": .critical]) == .spread(tasks: ["drill"]))
        #expect(state?.acknowledgement == nil)
    }

    @Test(
        "what is no run is wrong or not: N in a row does not hold it",
        arguments: [AlertSubject.Kind.missed, .expectation])
    func others(_ kind: AlertSubject.Kind) throws {
        let machine = AlertMachine(NoticeRule(name: "r", after: 5), kind)
        let now = try instant("2026-06-10T12:00:00Z")
        let step = machine.observe(.init(.critical, isFailing: true), nil, at: now, thread: "t")
        #expect(step.telling == .failure)
        #expect(machine.observe(.init(.ok, isFailing: false), step.state, at: now, thread: "").state == nil)
    }
}

@Suite("Quiet hours")
struct QuietHoursTests {
    @Test(
        "last as long as the clocks on the wall say, also when these change",
        arguments: [
            ("2026-06-10T22:00:00+02:00", "2026-06-11T07:00:00+02:00", 9.0),
            ("2026-10-24T22:00:00+02:00", "2026-10-25T07:00:00+01:00", 10.0),
            ("2026-03-28T22:00:00+01:00", "2026-03-29T07:00:00+02:00", 8.0),
            ("2026-06-11T06:59:59+02:00", "2026-06-11T07:00:00+02:00", 1.0 / 3600),
        ])
    func ends(_ start: String, _ end: String, _ hours: Double) throws {
        let quiet = QuietHours(start: 22 * 60, end: 7 * 60, timeZone: paris)
        let start = try instant(start)
        #expect(quiet.contains(start))
        #expect(try quiet.end(after: start) == instant(end))
        #expect(quiet.end(after: start).timeIntervalSince(start) == hours * 3600)
    }

    @Test("in an hour that clocks skip never come, and in one that they repeat come twice")
    func changes() throws {
        let quiet = QuietHours(start: 2 * 60, end: 2 * 60 + 30, timeZone: paris)
        let spring = try instant("2026-03-29T01:59:00+01:00")
        #expect((0..<90).allSatisfy { !quiet.contains(spring.addingTimeInterval(Double($0) * 60)) })
        let autumn = try instant("2026-10-25T01:59:00+02:00")
        let minutes = (0..<150).count { quiet.contains(autumn.addingTimeInterval(Double($0) * 60)) }
        #expect(minutes == 60)
        #expect(try quiet.end(after: instant("2026-10-25T02:10:00+02:00")) == instant("2026-10-25T02:30:00+02:00"))
    }

    @Test("within a day begin and end on that day")
    func withinDay() throws {
        let quiet = QuietHours(start: 12 * 60, end: 13 * 60 + 30, timeZone: paris)
        #expect(try quiet.contains(instant("2026-06-10T13:29:59+02:00")))
        #expect(try !quiet.contains(instant("2026-06-10T13:30:00+02:00")))
        #expect(try !quiet.contains(instant("2026-06-10T11:59:59+02:00")))
        for date in [Date.distantPast, .distantFuture, Date(timeIntervalSince1970: 1e300)] {
            _ = quiet.end(after: date)
        }
    }
}
