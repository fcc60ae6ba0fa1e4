import Foundation
import GRDB
import Glibc
import Testing

/// The repository's three checklists against the real service.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ChecklistTests {
    @Test("daily, weekly and monthly run, are recorded, and make backups that restore")
    func allThree() async throws {
        let instance = try await TestInstance(users: 5000)
        defer { instance.remove() }
        let (service, _) = try await instance.startService()
        defer { service.signal(SIGKILL) }
        for checklist in ["daily", "weekly", "monthly"] {
            let run = try await instance.ronde("run", checklist)
            #expect(run.status == 0, "\(run)")
            #expect(run.output.contains("Summary") && run.output.contains("✓ OK after"), "\(run)")
        }
        let sets = ["backups", "backups/weekly", "archives"].map { folder in
            instance.names(in: folder).filter { $0.hasPrefix("test_") && $0.hasSuffix(".db.gz") }.map {
                "\(instance.folder)/\(folder)/\($0)"
            }
        }
        #expect(sets.map(\.count) == [1, 1, 1])
        for set in sets.joined() {
            let restored = try await instance.unpack(set)
            let found = try await restored.read { database in
                (
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM users"),
                    try String.fetchAll(database, sql: "PRAGMA integrity_check")
                )
            }
            #expect(found.0 == 5000)
            #expect(found.1 == ["ok"])
            let mode = try FileManager.default.attributesOfItem(atPath: set)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        let export = try #require(instance.names(in: "archives").first { $0.hasSuffix(".sql.gz") })
        #expect(export.wholeMatch(of: /backup_\d{6}\.sql\.gz/) != nil)
        let listed = try await instance.ronde("reports", "list", "--json")
        #expect(listed.status == 0)
        #expect(listed.output.components(separatedBy: "\"outcome\" : \"ok\"").count == 4, "\(listed.output)")
        service.signal(SIGTERM)
        #expect(try await service.wait().status == 0)
    }

    @Test("the second report says what changed since the first")
    func changes() async throws {
        let instance = try await TestInstance(users: 2000)
        defer { instance.remove() }
        let (service, _) = try await instance.startService()
        defer { service.signal(SIGKILL) }
        #expect(try await instance.ronde("run", "daily").status == 0)
        let seeding = try Program(
            Program.built("api-service"), ["seed", "--users", "9000", "--database", instance.database],
            in: instance.folder)
        #expect(try await seeding.wait().status == 0)
        #expect(try await instance.ronde("run", "daily").status == 0)
        let shown = try await instance.ronde("reports", "show", "daily")
        #expect(shown.output.contains("2,000"), "\(shown.output)")
        #expect(shown.output.contains("9,000"))
    }

    @Test("--json prints the report, and exits by its outcome")
    func json() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let run = try await instance.ronde("run", "daily", "--task", "quick-check", "--json")
        #expect(run.status == 0, "\(run)")
        let record = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        #expect(record["checklist"] as? String == "daily")
        #expect(record["outcome"] as? String == "ok")
        let tasks = try #require(record["tasks"] as? [[String: Any]])
        #expect(tasks.map { $0["task"] as? String } == ["quick-check"])
        #expect(tasks[0]["measurements"] is [Any] && tasks[0]["artifacts"] is [Any])
    }

    @Test("a dry run changes nothing at all")
    func dryRun() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let (service, _) = try await instance.startService()
        defer { service.signal(SIGKILL) }
        let before = instance.contents(of: "api")["test.db"]
        let run = try await instance.ronde("run", "monthly", "--dry-run")
        #expect(run.status == 0, "\(run)")
        #expect(instance.contents(of: "api")["test.db"] == before)
        #expect(instance.names(in: "reports").isEmpty)
        #expect(instance.names(in: "archives").isEmpty)
    }

    @Test(
        "wrong names exit 64 and say what there is",
        arguments: [
            (["run", "yearly"], "daily, monthly, weekly"), (["run", "daily", "--task", "nap"], "health, backup"),
            (["plugins", "show", "vacum"], "vacuum"), (["cron", "next", "61 * * * *"], "minute"),
            (["cron", "next", "0 0 30 2 *"], "February"),
        ])
    func wrongNames(arguments: [String], says: String) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let ending = try await instance.start(arguments).wait()
        #expect(ending.status == 64, "\(ending)")
        #expect(ending.errors.contains(says), "\(ending)")
    }
}
