import DurableFiles
import Foundation
import GRDB
import Maintenance
import Synchronization
import SystemPackage
import Testing

@testable import RunStore

@Suite("Queries of a long history", .timeLimit(.minutes(2)))
struct HistoryQueryTests {
    /// What people and the daemon ask all the time, by name.
    private static let questions: [(name: String, ask: @Sendable (RunStore) throws -> Void)] = [
        ("ledger", { _ = try $0.firings(limit: 50) }),
        ("ledger, last page", { _ = try $0.firings(until: noon, limit: 50) }),
        ("ledger of a checklist", { _ = try $0.firings(checklist: "daily", limit: 50) }),
        ("ledger of a state", { _ = try $0.firings(state: .missed, limit: 50) }),
        ("ledger of both", { _ = try $0.firings(checklist: "daily", state: .missed, from: noon, limit: 50) }),
        ("counts", { _ = try $0.firingCounts() }),
        ("counts between", { _ = try $0.firingCounts(from: noon, until: noon + 200_000) }),
        ("counts of a checklist", { _ = try $0.firingCounts(checklist: "daily", from: noon) }),
        ("days", { _ = try $0.firingDays(checklist: "daily") }),
        (
            "where schedules stand",
            { _ = try $0.tend([WatchedSchedule(checklist: "daily", rule: "x")], now: noon + 9, by: "me") { _ in true } }
        ),
        ("entering", { _ = try $0.enter([claim(7)]) }),
        ("last run", { _ = try $0.lastEndedRun(of: "daily") }),
        ("checklists that run", { _ = try $0.checklistsWithUnendedRuns() }),
        ("runs", { _ = try $0.runs(limit: 20) }),
        ("runs of a checklist", { _ = try $0.runs(checklist: "daily", hasEnded: true, limit: 20) }),
        ("next page", { _ = try $0.runs(before: try position(), hasEnded: true, limit: 20) }),
        ("next page of a checklist", { _ = try $0.runs(checklist: "daily", before: try position(), limit: 20) }),
        ("unended", { _ = try $0.unended(checklist: "daily") }),
        ("history, backwards", { _ = try $0.pastRuns(beyond: try position(), limit: 20) }),
        ("history, forwards", { _ = try $0.pastRuns(beyond: try position(), oldestFirst: true, limit: 20) }),
        ("landmarks", { _ = try $0.landmarks() }),
        ("held", { _ = try $0.protectedRuns(limit: 9) }),
        ("unmeasured", { _ = try $0.unmeasured(limit: 9) }),
        ("sweep", { _ = try $0.expireFirings(before: noon + 1, now: noon + 9, limit: 9) }),
        ("totals", { _ = try $0.historyTotals() }),
    ]

    private static func position() throws -> RunPosition {
        RunPosition(startedAt: noon, run: try unwrap(RunIdentifier(rawValue: "daily-1")))
    }

    @Test("each question is answered from an index, in its order", arguments: questions.map(\.name))
    func plans(name: String) throws {
        let folder = StoreFolder()
        let store = try folder.open()
        _ = try store.begin(report(), timeZone: .gmt)
        _ = try store.enter([claim(0), claim(1)])
        let asked = Mutex<[String]>([])
        let listen: (Database) -> Void = { database in
            database.trace { event in
                let text = "\(event)"
                if ["SELECT", "DELETE"].contains(where: text.hasPrefix) { asked.withLock { $0.append(text) } }
            }
        }
        try store.pool.read { listen($0) }
        store.pool.writeWithoutTransaction { listen($0) }
        let question = try #require(Self.questions.first { $0.name == name })
        try question.ask(store)
        let statements = asked.withLock(\.self).filter { !$0.contains("sqlite_master") }
        #expect(!statements.isEmpty)
        for sql in statements {
            let plan = try store.pool.read { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                // What is asked for plays no part in the plan.
                statement.setUncheckedArguments(StatementArguments())
                return try Row.fetchAll(statement)
            }
            for step in plan.map({ $0["detail"] as String }) {
                // The first entries of an index that is in the right order, a table of a row for each checklist, and
                // an index of what goes on at the moment.
                let isFirstPage = step.contains("INDEX") && sql.contains("LIMIT")
                let isShort =
                    isFirstPage
                    || ["SCAN run_total", "SCAN CONSTANT ROW", "SCAN run USING INDEX run_unended"].contains(step)
                #expect(!step.hasPrefix("SCAN") || isShort, "\(step): \(sql)")
                if sql.contains("outcome = ?") { #expect(step.contains("run_by_outcome") || step.contains("B-TREE")) }
                let isFew = sql.contains("state = 'running'") || sql.contains("state IN")
                #expect(isFew || !step.contains("B-TREE FOR ORDER BY"), "\(step): \(sql)")
            }
        }
    }

    @Test("counts by day follow what the ledger says, through claims, settling and giving back")
    func counts() throws {
        let folder = StoreFolder()
        let store = try folder.open()
        func check() throws {
            let rows = try store.firings()
            let expected = rows.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
            #expect(try store.firingCounts() == expected)
            for (from, until) in [(-2.0, 3.0), (0, 86_400), (-90_000, 500_000), (5, 5), (9, 1)] {
                let range = noon + from..<noon + max(from, until)
                let within = rows.filter { range.contains($0.nominalTime) }
                let counts = try store.firingCounts(checklist: "daily", from: noon + from, until: noon + until)
                #expect(counts == within.reduce(into: [:]) { $0[$1.state, default: 0] += 1 })
                #expect(try store.firingCounts(from: noon + from, until: noon + until) == counts)
            }
            let days = try store.firingDays()
            #expect(days.map(\.start) == days.map(\.start).sorted())
            #expect(days.reduce(0) { $0 + $1.counts.values.reduce(0, +) } == rows.count)
        }
        var rows = (0..<20).map { claim(Double($0) * 50_000 - 300_000, state: $0 % 3 == 0 ? .missed : .running) }
        rows.append(claim(-3_000_000_000))
        #expect(try store.enter(rows).count == 21)
        #expect(try store.enter(rows).isEmpty)
        try check()
        for index in [1, 4, 7] {
            rows[index].state = .ran
            try store.settle(rows[index])
            try store.settle(rows[index])
        }
        try check()
        try store.giveBack([rows[19]])
        try check()
    }

    @Test("sums of runs follow what is added, measured and removed")
    func totals() throws {
        let folder = StoreFolder()
        let store = try folder.open()
        var (first, second) = (try report(), try report())
        first.run = try store.begin(first, timeZone: .gmt)
        second.run = try store.begin(second, timeZone: .gmt)
        first.outcome = .ok
        try store.end(first, bytes: 100)
        try store.end(second)
        #expect(try store.unmeasured(limit: 9).map(\.run) == [second.run])
        try store.measure([MeasuredReport(run: second.run, bytes: 11, digest: nil)])
        #expect(try store.historyTotal(of: "daily")?.bytes == 111)
        #expect(try store.expire([first.run, first.run]) == [first.run])
        let total = try #require(try store.historyTotal(of: "daily"))
        #expect(total.runs == 1 && total.bytes == 11 && total.expiredRuns == 0)
        try store.settleExpired([first.run])
        #expect(try store.historyTotal(of: "daily")?.expiredBytes == 100)
        #expect(try store.historyTotal(of: "daily")?.expiredUntil == noon)
        let open = try store.begin(try report(), timeZone: .gmt)
        try store.protect(second.run, because: "it is signed")
        #expect(try store.expire([open, second.run]).isEmpty)
    }

    @Test("a store of the third step is brought up to date, its rows counted")
    func migration() throws {
        let folder = StoreFolder()
        try Folder.create(Folder.parent(of: folder.path))
        do {
            let queue = try DatabaseQueue(path: folder.path.string)
            try RunStoreSchema.migrator.migrate(queue, upTo: "3: pauses")
            try queue.write { database in
                for number in 0..<10 {
                    try database.execute(
                        sql: "INSERT INTO run VALUES (?, ?, 'manual', NULL, ?, ?, 'ok', '{}')",
                        arguments: ["a-\(number)", number < 7 ? "a" : "b", number, number])
                    try database.execute(
                        sql: "INSERT INTO firing VALUES (?, ?, 'ran', NULL, NULL, 0, NULL)",
                        arguments: [number < 7 ? "a" : "b", (number - 5) * 86_400_000])
                }
            }
            try queue.close()
        }
        let store = try folder.open()
        #expect(try store.historyTotals().checklists.map(\.runs) == [7, 3])
        #expect(try store.firingCounts() == [.ran: 10])
        #expect(try store.firingCounts(checklist: "b") == [.ran: 3])
        #expect(try store.firingDays().count == 10)
        #expect(try store.unmeasured(limit: 99).count == 10)
        #expect(try store.runs(limit: 99).allSatisfy { $0.digest == nil && $0.bytes == nil })
    }
}
