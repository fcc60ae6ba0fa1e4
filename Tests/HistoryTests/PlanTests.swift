import Foundation
import History
import Maintenance
import Testing

/// Numbers that are the same at each run of a test.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    // SplitMix64 (Steele, Lea and Flood, 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}

@Suite("What the rules of history keep")
struct PlanTests {
    private static func run(
        _ number: Int, _ checklist: String = "daily", daysAgo: Double, bytes: Int = 10, _ outcome: Outcome? = .ok,
        dryRun: Bool = false, held: String? = nil
    ) throws -> PastRun {
        PastRun(
            run: try #require(RunIdentifier(rawValue: "\(checklist)-\(number)")), checklist: checklist,
            startedAt: today - daysAgo * day, bytes: bytes, outcome: outcome, isDryRun: dryRun, protection: held)
    }

    private static func plan(_ runs: [PastRun], _ rules: HistoryRules, now: Date = today) -> HistoryPlan {
        let newestFirst = runs.sorted { $0.position > $1.position }
        var kept = AlwaysKept()
        for run in newestFirst {
            kept.look(at: run)
            if run.protection != nil { kept.count(held: run) }
        }
        var plan = HistoryPlan(rules: rules, now: now, alwaysKept: kept)
        for run in newestFirst { plan.survey(run) }
        return plan
    }

    private static func numbers(_ runs: [PastRun], _ rules: HistoryRules) -> [String: HistoryDecision] {
        let plan = plan(runs, rules)
        return Dictionary(uniqueKeysWithValues: runs.map { ($0.run.rawValue, plan.decide($0)) })
    }

    @Test("a run goes when it is older than its days, and one that failed later")
    func age() throws {
        let runs = [
            try Self.run(0, daysAgo: 1.5, .critical), try Self.run(1, daysAgo: 2), try Self.run(2, daysAgo: 399.9),
            try Self.run(3, daysAgo: 400.1), try Self.run(4, daysAgo: 400.1, .critical),
            try Self.run(5, daysAgo: 799, .unknown), try Self.run(6, daysAgo: 801, .critical),
        ]
        let decisions = Self.numbers(runs, .only(days: 400, failedDays: 800))
        #expect(decisions["daily-2"] == .keep(.withinLimits))
        #expect(decisions["daily-3"] == .remove(.age))
        #expect(decisions["daily-4"] == .keep(.withinLimits))
        #expect(decisions["daily-5"] == .keep(.withinLimits))
        #expect(decisions["daily-6"] == .remove(.age))
    }

    @Test("the newest run of each checklist stays, the newest that went well, and the newest that failed")
    func landmarks() throws {
        let runs = [
            try Self.run(0, daysAgo: 900, .skipped), try Self.run(1, daysAgo: 901, .ok, dryRun: true),
            try Self.run(2, daysAgo: 902, .critical, dryRun: true), try Self.run(3, daysAgo: 903, .warning),
            try Self.run(4, daysAgo: 904, .unknown), try Self.run(5, daysAgo: 905, .ok),
            try Self.run(6, daysAgo: 906, .critical), try Self.run(7, "other", daysAgo: 5_000, nil),
            try Self.run(8, "other", daysAgo: 5_001, held: "it is signed"), try Self.run(9, "other", daysAgo: 5_002),
        ]
        let decisions = Self.numbers(runs, .only(days: 400))
        #expect(decisions["daily-0"] == .keep(.newest))
        #expect(decisions["daily-1"] == .remove(.age))
        #expect(decisions["daily-2"] == .remove(.age))
        #expect(decisions["daily-3"] == .keep(.newestSuccess))
        #expect(decisions["daily-4"] == .keep(.newestFailure))
        #expect(decisions["daily-5"] == .remove(.age))
        #expect(decisions["daily-6"] == .remove(.age))
        #expect(decisions["other-7"] == .keep(.running))
        #expect(decisions["other-8"] == .keep(.held("it is signed")))
        #expect(decisions["other-9"] == .remove(.age))
    }

    @Test("so many runs of each checklist stay, whatever other checklists have")
    func count() throws {
        let runs = try (0..<10).flatMap { number in
            try ["daily", "weekly"].map { try Self.run(number, $0, daysAgo: Double(number + 2)) }
        }
        let decisions = Self.numbers(runs, .only(runs: 3))
        #expect(decisions.filter { !$0.value.isKept }.count == 14)
        #expect(decisions["daily-2"] == .keep(.withinLimits))
        #expect(decisions["weekly-3"] == .remove(.count))
    }

    @Test("the older go first where there is no room, and what must stay takes its room first")
    func bytes() throws {
        let runs = [
            try Self.run(0, daysAgo: 2), try Self.run(1, daysAgo: 3), try Self.run(2, daysAgo: 4, bytes: 50),
            try Self.run(3, daysAgo: 5, bytes: 1), try Self.run(4, daysAgo: 6, bytes: 30, held: "a note"),
        ]
        #expect(Self.numbers(runs, .only(bytes: 101)).values.count { !$0.isKept } == 0)
        let decisions = Self.numbers(runs, .only(bytes: 99))
        #expect(decisions["daily-1"] == .keep(.withinLimits))
        #expect(decisions["daily-2"] == .remove(.bytes))
        #expect(decisions["daily-3"] == .remove(.bytes))
        #expect(decisions["daily-4"] == .keep(.held("a note")))
    }

    @Test("nothing younger than a day goes, however many and however large")
    func youth() throws {
        let runs = try (0..<50).map { try Self.run($0, daysAgo: Double($0) / 51, bytes: Int.max / 100) }
        #expect(Self.numbers(runs, .only(days: 1, runs: 1, bytes: 1)).values.count { !$0.isKept } == 0)
    }

    @Test("sizes that add up to more than a number holds are too large, and no crash")
    func overflow() throws {
        let runs = try (0..<3).map { try Self.run($0, daysAgo: Double($0 + 2), bytes: Int.max / 2) }
        let decisions = Self.numbers(runs, .only(bytes: Int.max))
        #expect(decisions["daily-2"] == .remove(.bytes))
    }

    @Test("to plan again removes nothing more, keeps what must stay, and the limits hold", arguments: 0..<200)
    func property(seed: Int) throws {
        var dice = Dice(UInt64(seed))
        let outcomes: [Outcome?] = [.ok, .ok, .ok, .warning, .critical, .unknown, .skipped, .waiting, nil]
        let runs = try (0..<Int.random(in: 0...300, using: &dice)).map { number in
            try Self.run(
                number, ["a", "b", "c"].randomElement(using: &dice) ?? "a",
                // Some at one instant, some in the future.
                daysAgo: Double(Int.random(in: -3...200, using: &dice)) / 2,
                bytes: Int.random(in: 0...100, using: &dice), outcomes.randomElement(using: &dice) ?? .ok,
                dryRun: Int.random(in: 0..<8, using: &dice) == 0,
                held: Int.random(in: 0..<20, using: &dice) == 0 ? "held" : nil)
        }
        let rules = HistoryRules(
            days: Int.random(in: 1...100, using: &dice), failedDays: Int.random(in: 1...100, using: &dice),
            runs: Int.random(in: 1...100, using: &dice), bytes: Int.random(in: 0...8_000, using: &dice))
        let plan = Self.plan(runs, rules)
        let kept = runs.filter { plan.decide($0).isKept }
        let again = Self.plan(kept, rules)
        #expect(kept.allSatisfy { again.decide($0).isKept })
        #expect(runs.allSatisfy { plan.decide($0).isKept || $0.startedAt <= plan.newestRemoval })
        for checklist in ["a", "b", "c"] {
            let own = runs.filter { $0.checklist == checklist && $0.hasEnded }
            let newest = own.max { $0.position < $1.position }
            let success = own.filter(\.isSuccess).max { $0.position < $1.position }
            let failure = own.filter { $0.isFailure && !$0.isDryRun }.max { $0.position < $1.position }
            for run in [newest, success, failure].compactMap(\.self) { #expect(kept.contains(run)) }
        }
        #expect(runs.allSatisfy { $0.hasEnded && $0.protection == nil || plan.decide($0).isKept })
        let movable = kept.filter { plan.fixed($0) == nil && !plan.isYoung($0) }
        for (_, own) in Dictionary(grouping: movable, by: \.checklist) { #expect(own.count <= rules.runs) }
        let total = kept.filter(\.hasEnded).reduce(0) { $0 + $1.bytes }
        #expect(movable.isEmpty || total <= rules.bytes)
    }
}

@Suite("The clock by which age is measured")
struct TrustedClockTests {
    @Test("follows the clock on the wall day by day")
    func steady() {
        var clock = TrustedClock(confirmed: today)
        for number in 1...100 {
            let wall = today + Double(number) * day
            clock = TrustedClock(noted: clock.now, notedAt: clock.wall, wall: wall)
            #expect(clock.lag == 0)
        }
    }

    @Test("a jump of a year moves it by a week, and by three days a day until it is put right")
    func jump() {
        var clock = TrustedClock(noted: today, notedAt: today, wall: today + 365 * day)
        #expect(clock.now == today + 7 * day)
        clock = TrustedClock(noted: clock.now, notedAt: clock.wall, wall: today + 366 * day)
        #expect(clock.now == today + 10 * day)
        clock = TrustedClock(noted: clock.now, notedAt: clock.wall, wall: today + 2 * day)
        #expect(clock.now == today + 2 * day && clock.lag == 0)
    }

    @Test("a daemon that starts again and again under a wrong clock does not move it")
    func restarts() {
        var clock = TrustedClock(noted: today, notedAt: today, wall: today + 365 * day)
        for second in 1...1000 {
            clock = TrustedClock(noted: clock.now, notedAt: clock.wall, wall: today + 365 * day + Double(second))
        }
        #expect(clock.now < today + 7.1 * day)
    }

    @Test("a clock that goes back takes it along, and it comes back slowly")
    func back() {
        var clock = TrustedClock(noted: today, notedAt: today, wall: today - 700 * day)
        #expect(clock.now == today - 700 * day)
        clock = TrustedClock(noted: clock.now, notedAt: clock.wall, wall: today)
        #expect(clock.now == today - 693 * day)
    }

    @Test("at first it holds back what was quiet for longer than 90 days")
    func first() {
        #expect(TrustedClock(quietTimes: [], wall: today).lag == 0)
        #expect(TrustedClock(quietTimes: [365 * day, 91 * day], wall: today).lag == 276 * day)
    }
}
