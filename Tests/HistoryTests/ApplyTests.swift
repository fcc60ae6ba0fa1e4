import DurableFiles
import Foundation
import GRDB
import History
import Maintenance
import Reports
import RunStore
import SystemPackage
import Synchronization
import Testing

@Suite("History that stays small", .timeLimit(.minutes(5)))
struct ApplyTests {
    @Test("old runs and their reports go, and what must stay stays, with its report")
    func age() async throws {
        let scene = try Scene()
        let young = try scene.run(daysAgo: 3)
        let failed = try scene.run(daysAgo: 500, .critical)
        let old = try scene.run(daysAgo: 401)
        let result = try await scene.apply(.only(days: 400))
        #expect(result.removedRuns == [.age: 1] && result.isWhole && result.problems.isEmpty)
        #expect(result.removedBytes > 0)
        #expect(try scene.runs() == [young.rawValue, failed.rawValue])
        #expect(try scene.folders() == [young.rawValue, failed.rawValue].sorted())
        let total = try #require(try scene.store.historyTotal(of: "daily"))
        #expect(total.runs == 2 && total.expiredRuns == 1 && total.expiredBytes == result.removedBytes)
        #expect(total.expiredUntil == today - 401 * day)
        #expect(try scene.listing.removal(of: old.rawValue, in: .gmt)?.contains("1 in all") == true)
        #expect(try scene.listing.removal(of: young.rawValue, in: .gmt) == nil)
        #expect(try await scene.apply(.only(days: 400)).removedRunCount == 0)
    }

    @Test("number and room hold, of what existed before there were rules")
    func limits() async throws {
        let scene = try Scene()
        for number in 0..<60 { try scene.run(["a", "b"][number % 2], daysAgo: Double(number) / 4 + 1.1) }
        let bytes = try scene.store.historyTotals().bytes
        #expect(bytes == 60 * 3 * 4096)
        let first = try await scene.apply(.only(runs: 20))
        #expect(first.removedRuns == [.count: 20])
        #expect(try scene.store.historyTotals().checklists.map(\.runs) == [20, 20])
        let second = try await scene.apply(.only(bytes: 100_000))
        #expect(second.removedRuns == [.bytes: 32])
        let left = try scene.store.historyTotals()
        #expect(left.runs == 8 && left.bytes <= 100_000)
        #expect(try scene.folders().count == 8)
        #expect(try scene.runs().count == 8)
    }

    @Test("reports that the store does not know are entered, and then go like others")
    func adoption() async throws {
        let scene = try Scene()
        for number in 1...30 {
            try scene.reports.store(try Scene.report("weekly", at: today - Double(number) * 7 * day), previous: nil)
        }
        try DurableFile.write([1], to: scene.reports.root.appending("notes.txt"), permissions: .ownerReadWrite)
        try Folder.create(scene.reports.root.appending("weekly-20200101-000000"))
        try DurableFile.write(
            Array("{".utf8), to: scene.reports.root.appending("weekly-20200101-000000").appending("report.json"),
            permissions: .ownerReadWrite)
        let result = try await scene.apply(.only(days: 100))
        #expect(result.adoptedRuns == 30)
        #expect(result.removedRuns == [.age: 16])
        // What cannot be read is not removed either.
        #expect(result.problems.count == 1 && result.problems[0].contains("is not a whole report"))
        #expect(try scene.folders().count == 16)
        #expect(try scene.listing.list(limit: 99).found.map(\.counts) == Array(repeating: [.ok: 1], count: 14))
    }

    @Test("a folder that holds more than its report stays, and its run with it")
    func signatures() async throws {
        let scene = try Scene()
        try scene.run(daysAgo: 2)
        let signed = try scene.run(daysAgo: 900)
        let held = try scene.run(daysAgo: 901)
        try DurableFile.write(
            [1], to: scene.reports.path(of: signed).appending("signature.json"), permissions: .ownerReadWrite)
        try scene.store.protect(held, because: "the auditor asked for it")
        let result = try await scene.apply(.only(days: 400))
        #expect(result.removedRunCount == 0 && result.problems.isEmpty)
        #expect(try scene.runs().contains(signed.rawValue) && scene.runs().contains(held.rawValue))
        #expect(try scene.reports.read(signed).run == signed)
        #expect(try scene.folders().count == 3)
        let reasons = try scene.store.protectedRuns(limit: 9).map(\.protection)
        #expect(reasons == ["the auditor asked for it", "its folder holds 'signature.json'"])
        #expect(try scene.store.expiredReports(limit: 9).isEmpty)
        #expect(try scene.store.historyTotal(of: "daily")?.expiredRuns == 0)
    }

    @Test("a removal that was cut short between any two steps is finished the next time", arguments: 0..<5)
    func cut(step: Int) async throws {
        let scene = try Scene()
        try scene.run(daysAgo: 2)
        let old = try scene.run(daysAgo: 900)
        let folder = scene.reports.path(of: old)
        let hidden = scene.reports.root.appending(".expired-" + old.rawValue)
        if step > 0 { #expect(try scene.store.expire([old]) == [old]) }
        if step > 1 { try DurableFile.rename(folder, to: hidden) }
        if step > 2 { try DurableFile.remove(hidden.appending("report.md")) }
        if step > 3 { try Folder.removeTree(hidden) }
        // Nothing is listed that cannot be shown.
        for run in try scene.listing.list(limit: 9).found { _ = try scene.reports.read(run.run) }
        try await scene.apply(.only(days: 400))
        #expect(try scene.runs().count == 1 && scene.folders().count == 1)
        #expect(try scene.store.expiredReports(limit: 9).isEmpty)
        #expect(try scene.store.historyTotal(of: "daily")?.expiredRuns == 1)
    }

    @Test("a run that began anew under the name of a removed one keeps its folder")
    func reusedName() async throws {
        let scene = try Scene()
        let old = try scene.run(daysAgo: 900)
        try scene.run(daysAgo: 2)
        _ = try scene.store.expire([old])
        try Folder.removeTree(scene.reports.path(of: old))
        // The clock was set back to just that second.
        #expect(try scene.run(daysAgo: 900) == old)
        try await scene.apply(.only())
        #expect(try scene.reports.read(old).run == old)
        #expect(try scene.runs().count == 2)
    }

    @Test("what is told to stop has removed wholly what it removed")
    func stopping() async throws {
        let scene = try Scene()
        for number in 0..<100 { try scene.run(daysAgo: 500 + Double(number)) }
        // As soon as some are gone.
        let result = try await scene.apply(
            .only(days: 400), shouldStop: { (try? scene.store.runs(limit: 100).count) != 100 })
        #expect(!result.isWhole)
        let runs = try scene.runs()
        #expect(runs.count > 1 && runs.count < 100)
        #expect(try scene.folders() == runs.sorted())
        try await scene.apply(.only(days: 400))
        #expect(try scene.runs().count == 1)
    }

    @Test("a clock that jumped a year ahead removes next to nothing")
    func jump() async throws {
        let scene = try Scene()
        for number in 1...39 { try scene.run(daysAgo: Double(number) * 10) }
        #expect(try await scene.apply(confirmsClock: false).removedRunCount == 0)
        // The daemon runs what is due, by the wrong clock.
        for number in 364...366 { try scene.run(daysAgo: -Double(number)) }
        let result = try await scene.apply(at: today + 366 * day, confirmsClock: false)
        #expect(result.removedRunCount == 0 && result.lag == 359 * day)
        #expect(try await scene.apply(at: today + day, confirmsClock: false).lag == 0)
        #expect(try scene.runs().count == 42)
        #expect(try await scene.apply(at: today + 366 * day, confirmsClock: true).removedRuns == [.age: 36])
    }

    @Test("a first application after a jump holds back as well")
    func firstJump() async throws {
        let scene = try Scene()
        for number in 1...10 { try scene.run(daysAgo: Double(number) * 10 + 291) }
        try scene.run(daysAgo: 0)
        let result = try await scene.apply(.only(days: 200), confirmsClock: false)
        #expect(result.lag == 211 * day && result.removedRunCount == 0)
    }

    @Test("it is done once a day, and by one process at a time")
    func due() async throws {
        let scene = try Scene()
        func apply(at now: Date) async throws -> HistoryOutcome {
            try await scene.history().apply(clock: StandingClock(now: now))
        }
        guard case .applied = try await apply(at: today) else { throw Missing() }
        guard case .notDue = try await apply(at: today + 3600) else { throw Missing() }
        guard case .applied = try await apply(at: today + day) else { throw Missing() }
        // A clock that was set back must not put it off for years.
        guard case .applied = try await apply(at: today - 900 * day) else { throw Missing() }
        let lock = scene.root.appending("state/history.lock")
        let other = try #require(try FileLock.attempt(lock, .exclusive, purpose: "a test"))
        guard case .busy(let note) = try await apply(at: today + 9 * day) else { throw Missing() }
        #expect(note?.contains("a test") == true)
        other.release()
    }

    @Test("old firings go, are counted by their day, and are not due again")
    func firings() async throws {
        let scene = try Scene()
        _ = try scene.enteredUntil("daily", now: today - 3_000 * day)
        for number in 0..<100 {
            try scene.firing(daysAgo: 1_500 - Double(number), number % 10 == 0 ? .missed : .ran)
        }
        try scene.firing(daysAgo: 2_000, .running)
        try scene.firing("yearly", daysAgo: 2_500, .missed)
        let before = try scene.store.firingCounts()
        let days = try scene.store.firingDays()
        let result = try await scene.apply(.only(days: 1, ledgerDays: 1_450))
        #expect(result.removedFirings == 50)
        let left = try scene.store.firings()
        #expect(left.count == 52)
        // Open ones stay, and the newest of each checklist.
        #expect(left.first?.checklist == "yearly" && left.dropFirst().first?.state == .running)
        #expect(try scene.store.firingCounts() == before)
        #expect(try scene.store.firingDays() == days)
        #expect(try scene.store.firingCounts(checklist: "daily")[.ran] == 90)
        // The clock is set back to before all that was removed, and then put right.
        #expect(try scene.enteredUntil("daily", now: today - 2_200 * day) == today - 2_200 * day)
        #expect(try scene.enteredUntil("daily", now: today) == today - 1_451 * day)
        #expect(try await scene.apply(.only(days: 1, ledgerDays: 1_450)).removedFirings == 0)
    }

    @Test("the state database stays under its size, and its file shrinks")
    func stateSize() async throws {
        let scene = try Scene()
        try scene.fill(runs: 4_000, firings: 8_000)
        let before = try scene.store.room()
        #expect(before.isIncremental && before.usedBytes > 1_500_000)
        let limit = before.usedBytes / 2
        let result = try await scene.apply(.only(stateBytes: limit))
        #expect(result.problems.isEmpty)
        let after = try scene.store.room()
        #expect(after.usedBytes <= limit && after.usedBytes > limit / 2)
        #expect(after.fileBytes < before.fileBytes * 2 / 3)
        #expect(result.removedFirings > 0 && result.removedRuns.keys.map(\.self) == [.state])
        // The ledger goes back as far as the runs do.
        let totals = try scene.store.historyTotals()
        let (run, firing) = (try #require(totals.oldestRun), try #require(totals.oldestFiring))
        #expect(firing <= run && run.timeIntervalSince(firing) < 300 * day)
        #expect(totals.firings + totals.removedFirings == 8_000)
        #expect(try await scene.apply(.only(stateBytes: limit)).removedRunCount == 0)
    }

    @Test("where only what must stay is left, it says that the size is too small")
    func tooSmall() async throws {
        let scene = try Scene()
        for number in 0..<20 { try scene.run("list\(number)", daysAgo: Double(number) / 100) }
        let result = try await scene.apply(.only(stateBytes: 1000))
        #expect(result.removedRunCount == 0)
        #expect(result.problems.count == 1 && result.problems[0].contains("allow it more"))
    }

    @Test("a database from before is written anew where that is quick, and can shrink from then on")
    func conversion() async throws {
        let scene = try Scene()
        try scene.write("PRAGMA auto_vacuum = NONE; VACUUM")
        #expect(try !scene.store.room().isIncremental)
        try scene.run(daysAgo: 1)
        try await scene.apply()
        #expect(try scene.store.room().isIncremental)
        #expect(try scene.runs().count == 1)
    }

    @Test("the status says what an application then removes, and changes nothing")
    func status() async throws {
        let scene = try Scene()
        for number in 0..<50 { try scene.run(daysAgo: Double(number) * 20 + 2) }
        let rules = HistoryRules.only(days: 400, runs: 15)
        _ = try await scene.history(.only()).apply(clock: StandingClock(now: today))
        let status = try await scene.history(rules).status(at: today, confirmsClock: true)
        #expect(status.removals == [.age: 30, .count: 5] && status.isComplete)
        #expect(try scene.runs().count == 50)
        let result = try await scene.apply(rules)
        #expect(result.removedRuns == status.removals && result.removedBytes == status.removedBytes)
    }

    @Test("others who write meanwhile are not held up for long")
    func writers() async throws {
        let scene = try Scene()
        try scene.fill(runs: 3_000, firings: 6_000)
        let done = Tally()
        let slowest = try await withThrowingTaskGroup(of: Duration?.self) { group in
            group.addTask { @concurrent in
                // Another process, as far as SQLite knows.
                let store = try RunStore(at: scene.store.path)
                var (longest, second) = (Duration.zero, 0.0)
                while done.count == 0 {
                    let start = ContinuousClock.now
                    _ = try store.begin(try Scene.report("other", at: today + second), timeZone: .gmt)
                    second += 1
                    longest = max(longest, ContinuousClock.now - start)
                    try await Task.sleep(for: .milliseconds(5))
                }
                return longest
            }
            group.addTask {
                defer { done.increase() }
                let history = History(store: scene.store, reports: scene.reports, rules: .only(days: 1, ledgerDays: 1))
                _ = try await history.apply(clock: StandingClock(now: today), confirmsClock: true)
                return nil
            }
            return try await group.reduce(into: Duration.zero) { $0 = max($0, $1 ?? .zero) }
        }
        #expect(try scene.store.historyTotals().firings < 20)
        // Far above what it takes, for machines that do other things beside.
        #expect(slowest < .seconds(2), "\(slowest)")
    }
}

/// A number that several tasks share.
final class Tally: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock(\.self) }

    @discardableResult
    func increase() -> Int {
        number.withLock { number in
            number += 1
            return number
        }
    }
}
