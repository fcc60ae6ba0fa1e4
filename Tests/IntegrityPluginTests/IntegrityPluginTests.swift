import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

@Suite("The integrity plugin")
struct IntegrityPluginTests {
    @Test(
        "an intact database is ok, and stays as it is", arguments: ["wal", "delete"],
        ["[integrity, foreign_keys]", "[quick]", "[foreign_keys]", "[quick, integrity]"])
    func intact(_ journal: String, _ checks: String) async throws {
        let trial = try Trial()
        try trial.makeShop(journal: journal)
        let files = try trial.files()
        let record = try await trial.perform("checks: \(checks)")
        #expect(record.outcome == .ok && record.log.isEmpty, "\(record.summary) \(record.log)")
        #expect(record.summary.hasPrefix("main: no damage found (") && record.summary.count <= 80)
        #expect(record.measured("findings") == 0)
        #expect(record.measured("foreign_key_violations") == (checks.contains("foreign") ? 0 : nil))
        #expect(try trial.files() == files)
        #expect(try Folder.entries(of: trial.scratch).isEmpty)
    }

    @Test("damage is critical, and every line that SQLite has on it is a finding", arguments: Damage.allCases)
    func damaged(_ damage: Damage) async throws {
        let trial = try Trial()
        try trial.makeShop(journal: "delete")
        try damage.inflict(on: trial)
        let files = try trial.files()
        let record = try await trial.perform()
        #expect(record.outcome == .critical && record.summary.contains("is damaged"), "\(record.summary)")
        #expect(record.summary.contains(trial.database.string) && record.summary.contains("restore"))
        #expect(!record.summary.contains("\n") && !record.summary.contains("***"))
        let findings = record.log.filter { $0.level == .error }.map(\.message)
        #expect(findings == damage.expected(in: trial) && !findings.isEmpty)
        #expect(record.measured("findings") == Double(findings.count))
        #expect(record.log.contains { $0.message.contains("foreign keys") && $0.level == .warning })
        #expect(record.measured("foreign_key_violations") == nil)
        #expect(try trial.files() == files)
    }

    @Test(
        "the quick check passes over what indexes hold", arguments: [("quick", Outcome.ok), ("integrity", .critical)])
    func quick(_ check: String, _ outcome: Outcome) async throws {
        let trial = try Trial()
        try trial.makeShop()
        try Damage.indexMismatch.inflict(on: trial)
        #expect(try await trial.perform("checks: [\(check)]").outcome == outcome)
    }

    @Test("no more findings than the limit, and a word on that") func limit() async throws {
        let trial = try Trial()
        try trial.makeShop()
        try Damage.brokenConstraint.inflict(on: trial)
        let record = try await trial.perform("limit: 3")
        #expect(record.outcome == .critical && record.log.count { $0.level == .error } == 3)
        #expect(record.log.contains { $0.message == "SQLite stopped after 3 findings; there may be more" })
        #expect(record.summary.contains("at least 3 findings, the first: "), "\(record.summary)")
    }

    @Test("rows that refer to nothing are a warning, each named") func foreignKeys() async throws {
        let trial = try Trial()
        try trial.makeShop()
        try trial.sql("PRAGMA foreign_keys=OFF; DELETE FROM orgs WHERE id <= 3")
        let record = try await trial.perform()
        #expect(record.outcome == .warning && record.measured("foreign_key_violations") == 150)
        #expect(record.summary == "main: 150 rows refer to rows that are not there, otherwise intact")
        #expect(record.log.count == 150 && record.log.allSatisfy { $0.level == .warning })
        #expect(record.log.contains { $0.message == "row 1 of users refers to a row of orgs that is not there" })
        let alone = try await trial.perform("checks: [foreign_keys]")
        #expect(alone.summary == "main: 150 rows refer to rows that are not there")
        let short = try await trial.perform("limit: 10")
        #expect(
            short.log.count == 11 && short.log.last?.message == "and 140 more rows, beyond the limit of 10 findings")
        #expect(short.measured("foreign_key_violations") == 150)
        #expect(try await trial.perform("checks: [integrity]").outcome == .ok)
    }

    @Test("one row that refers to nothing is one row") func oneRow() async throws {
        let trial = try Trial()
        try trial.makeShop()
        try trial.sql("PRAGMA foreign_keys=OFF; UPDATE users SET org = 999 WHERE id = 7")
        let record = try await trial.perform()
        #expect(record.summary == "main: 1 row refers to a row that is not there, otherwise intact")
    }

    @Test("a foreign key that no row can satisfy is a warning about the schema") func keyMismatch() async throws {
        let trial = try Trial()
        try trial.sql("CREATE TABLE a(x); CREATE TABLE b(y REFERENCES a(x)); INSERT INTO b VALUES(1)")
        let record = try await trial.perform()
        #expect(record.outcome == .warning && record.summary.contains("foreign key mismatch"), "\(record.summary)")
        #expect(record.log.contains { $0.message.contains("mistake in the schema") })
    }

    @Test("the journal of an interrupted write is rolled back in a private copy", .enabled(if: Neighbour.exists))
    func unfinishedWrite() async throws {
        let trial = try Trial()
        try trial.makeShop(journal: "delete")
        try Neighbour.dyingWhileWriting("users", at: trial.database)
        let files = try trial.files()
        #expect(files["app.db-journal"] != nil)
        #expect(try await trial.perform(dryRun: true).outcome == .ok)
        let record = try await trial.perform()
        #expect(record.outcome == .ok, "\(record.summary)")
        #expect(record.log.contains { $0.level == .info && $0.message.contains("private copy") })
        #expect(try trial.files() == files)
        #expect(try Folder.entries(of: trial.scratch).isEmpty)
    }

    @Test("a database in use is checked as it is, with what is in its WAL", .enabled(if: Neighbour.exists))
    func inUse() async throws {
        let trial = try Trial()
        try trial.makeShop()
        let service = try Neighbour.holding(
            "PRAGMA wal_autocheckpoint=0; BEGIN; UPDATE users SET org = 999 WHERE id = 7; COMMIT; BEGIN IMMEDIATE",
            at: trial.database)
        let files = try trial.files()
        let record = try await trial.perform()
        #expect(record.outcome == .warning && record.measured("foreign_key_violations") == 1, "\(record.summary)")
        #expect(try trial.files() == files)
        try service.release()
    }
}
