import DatabasePluginTesting
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

@Suite("The analyze plugin")
struct AnalyzePluginTests {
    @Test("a full ANALYZE reports each entry that it changed", arguments: ["wal", "delete"])
    func full(_ journal: String) async throws {
        let trial = try Trial()
        try trial.makeUsers(journal: journal)
        let first = try await trial.perform("mode: full")
        #expect(first.outcome == .ok && first.summary == "main: statistics of orders, users changed (3 entries)")
        #expect(first.measured("statistics_changed") == 3 && first.measured("statements_run") == 2)
        #expect(try trial.number("SELECT count(*) FROM sqlite_stat1 WHERE stat LIKE '2000 %'") == 1)
        #expect(try trial.number("SELECT count(*) FROM sqlite_stat1 WHERE stat LIKE '1500 %'") == 2)
        let stat = try #require(try trial.sql("SELECT stat FROM sqlite_stat1 WHERE idx = 'users_by_age'"))
        let messages = first.log.map(\.message)
        #expect(messages.prefix(2) == ["ran: ANALYZE main.\"orders\"", "ran: ANALYZE main.\"users\""])
        #expect(messages.contains { $0.hasPrefix("index users_by_age of users: no statistics -> \(stat)") })
        let second = try await trial.perform("mode: full")
        #expect(second.summary == "main: statistics refreshed, none of them changed")
        #expect(second.measured("statistics_changed") == 0)
        #expect(try trial.files()["app.db-wal"] == nil && trial.sql("PRAGMA integrity_check") == "ok")
    }

    @Test("optimize refreshes what is worth it, and then finds nothing more") func optimize() async throws {
        let trial = try Trial()
        try trial.makeUsers()
        let first = try await trial.perform()
        #expect(first.outcome == .ok && first.summary.contains("users"), "\(first.summary)")
        #expect(try first.measured("statistics_changed") == trial.number("SELECT count(*) FROM sqlite_stat1"))
        #expect(first.log.contains { $0.message.hasPrefix("ran: ANALYZE") && $0.message.contains("users") })
        let second = try await trial.perform("mode: optimize")
        #expect(second.outcome == .ok && second.measured("statistics_changed") == 0, "\(second.summary)")
    }

    @Test(
        "a database without tables has nothing worth refreshing",
        arguments: [
            ("optimize", "main: statistics are up to date, nothing was worth refreshing"),
            ("full", "main: statistics are up to date, nothing was worth refreshing"),
        ])
    func empty(_ mode: String, summary: String) async throws {
        let trial = try Trial()
        try trial.sql("PRAGMA user_version=1")
        let record = try await trial.perform("mode: \(mode)")
        #expect(record.outcome == .ok && record.measured("statistics_changed") == 0)
        #expect(record.summary == summary)
    }

    @Test("many tables make a short summary and a bounded log") func manyTables() async throws {
        let trial = try Trial()
        let tables = (1...700).map {
            "CREATE TABLE t\($0)(a); CREATE INDEX i\($0) ON t\($0)(a); INSERT INTO t\($0) VALUES(1)"
        }
        try trial.sql("BEGIN; \(tables.joined(separator: "; ")); COMMIT")
        let record = try await trial.perform("mode: full")
        #expect(record.summary == "main: statistics of t1, t10, t100 and 697 more tables changed (700 entries)")
        #expect(record.summary.count <= 80 && record.log.count < 700)
        #expect(record.log.last?.message == "and 400 more changes")
    }

    @Test("a dry run changes nothing", arguments: ["optimize", "full"], ["wal", "delete"])
    func dryRun(_ mode: String, _ journal: String) async throws {
        let trial = try Trial()
        try trial.makeUsers(journal: journal)
        let files = try trial.files()
        let record = try await trial.perform("mode: \(mode)", dryRun: true)
        #expect(record.outcome == .ok && record.summary.contains("would") && record.summary.count <= 80)
        #expect(try trial.files() == files)
    }

    enum Unusable: String, CaseIterable {
        case missing, empty, text, folder, torn, unfinished
    }

    @Test(
        "what cannot be analyzed is critical, stays as it is, and nothing is created", arguments: Unusable.allCases,
        [false, true])
    func unusable(_ kind: Unusable, isDryRun: Bool) async throws {
        let trial = try Trial()
        var path = trial.database
        switch kind {
        case .missing: break
        case .empty: try Data().write(to: URL(fileURLWithPath: path.string))
        case .text: try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: path.string))
        case .folder: path = trial.scratch
        case .torn:
            try trial.makeUsers(journal: "delete")
            try FileHandle(forWritingTo: URL(fileURLWithPath: path.string)).truncate(atOffset: 30_000)
        case .unfinished:
            guard Neighbour.exists else { return }
            try trial.makeUsers(journal: "delete")
            try Neighbour.dyingWhileWriting("users", at: path)
        }
        let files = try trial.files()
        let record = try await trial.perform("mode: full", dryRun: isDryRun, database: path)
        #expect(record.outcome == .critical)
        #expect(record.summary.contains(path.string) && record.summary.contains("; "), "\(record.summary)")
        #expect(try trial.files() == files)
    }

    @Test(
        "nothing is written to a damaged database, even where SQLite would do it without a word",
        arguments: SilentDamage.allCases, ["optimize", "full"])
    func silentDamage(_ damage: SilentDamage, mode: String) async throws {
        let trial = try Trial()
        try trial.makeUsers(journal: "delete")
        try damage.inflict(on: trial)
        let files = try trial.files()
        let record = try await trial.perform("{mode: \(mode), check: integrity}")
        #expect(record.outcome == .critical && record.summary.contains("damaged, so it was not"), "\(record.summary)")
        #expect(record.summary.contains(trial.database.string) && !record.summary.contains("***"))
        #expect(try trial.files() == files)
        let quick = try await trial.perform("mode: \(mode)", dryRun: true)
        #expect(quick.outcome == (damage == .index ? .ok : .critical))
        if damage == .index { try trial.sql("ANALYZE") }
    }

    @Test("an unknown mode is a mistake in the checklist") func unknownMode() async throws {
        await #expect(throws: TrialError.self) { try await Trial().perform("mode: fast") }
    }
}

@Suite("An analysis beside other users of the database", .enabled(if: Neighbour.exists, "needs python3 with sqlite3"))
struct AnalyzeBesideOthersTests {
    @Test(
        "waits for a lock as long as it may, then ends critical and has changed nothing",
        arguments: [("wal", "BEGIN IMMEDIATE"), ("delete", "BEGIN IMMEDIATE"), ("delete", "BEGIN EXCLUSIVE")],
        ["optimize", "full"])
    func busy(_ lock: (journal: String, begin: String), mode: String) async throws {
        let trial = try Trial()
        try trial.makeUsers(journal: lock.journal)
        let neighbour = try Neighbour.holding(lock.begin, at: trial.database)
        let files = try trial.files()
        let record = try await trial.perform("{mode: \(mode), busy_timeout: 300ms}")
        #expect(record.outcome == .critical)
        #expect(record.summary.contains(trial.database.string) && record.summary.contains("lock"), "\(record.summary)")
        #expect(record.duration >= .milliseconds(300) && record.duration < .seconds(30))
        #expect(try trial.files() == files)
        try neighbour.release()
        #expect(try await trial.perform("mode: \(mode)").outcome == .ok)
    }

    @Test("a wait for a lock ends before the deadline") func deadline() async throws {
        let trial = try Trial()
        try trial.makeUsers()
        let neighbour = try Neighbour.holding("BEGIN IMMEDIATE", at: trial.database)
        let end = Date(timeIntervalSinceNow: 2)
        let record = try await trial.perform("mode: full", within: 2)
        #expect(record.outcome == .critical && Date() < end, "\(record.summary)")
        try neighbour.release()
    }

    @Test("a stop during a wait ends it soon, and nothing has changed") func cancelled() async throws {
        let trial = try Trial()
        try trial.makeUsers()
        let neighbour = try Neighbour.holding("BEGIN IMMEDIATE", at: trial.database)
        let work = Task { try await trial.perform("{mode: full, busy_timeout: 50s}") }
        try await onThread {
            try waitUntilOpen(trial.database)
            work.cancel()
        }
        let record = try await work.value
        #expect(record.outcome == .unknown && record.duration < .seconds(40), "\(record.summary)")
        try neighbour.release()
        #expect(try trial.number("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'") == 0)
    }

    @Test("readers go on, and the statistics are theirs afterwards") func besideReader() async throws {
        let trial = try Trial()
        try trial.makeUsers()
        let reader = try Neighbour.holding("BEGIN; SELECT count(*) FROM users", at: trial.database)
        #expect(try await trial.perform("mode: full").outcome == .ok)
        try reader.release()
        #expect(try trial.number("SELECT count(*) FROM sqlite_stat1") == 3)
    }
}

extension Trial {
    /// Makes 2,000 users and orders, with an index of each that is not unique.
    func makeUsers(journal: String = "wal") throws {
        try sql(
            """
            PRAGMA journal_mode=\(journal);
            CREATE TABLE users(id INTEGER PRIMARY KEY, age INTEGER, note TEXT);
            CREATE INDEX users_by_age ON users(age);
            CREATE TABLE orders(id INTEGER PRIMARY KEY, user INTEGER, day TEXT UNIQUE);
            CREATE INDEX orders_by_user ON orders(user);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO users SELECT i, i % 90, hex(randomblob(40)) FROM n;
            INSERT INTO orders SELECT id, id % 50, 'day ' || id FROM users WHERE id <= 1500
            """)
    }
}
