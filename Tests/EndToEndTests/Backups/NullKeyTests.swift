import Foundation
import Testing

/// JSON of restores and adoptions: every key is there, null where there is no value.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct NullKeyTests {
    private static let sourceKeys: Set = [
        "kind", "name", "path", "format", "bytes", "unpacked_bytes", "sha256", "instant", "age_seconds", "verified_at",
    ]
    private static let fileKeys: Set = ["file", "outcome", "reason", "instant", "instant_source", "bytes", "rows"]

    private func expectPlan(_ plan: [String: Any], _ location: SourceLocation = #_sourceLocation) throws {
        func keys(_ value: Any?) -> Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
        #expect(
            keys(plan) == [
                "id", "loose_id", "kind", "service", "database", "source", "target", "tables", "room", "control",
                "openers", "warnings",
            ], sourceLocation: location)
        #expect(keys(plan["source"]) == Self.sourceKeys, sourceLocation: location)
        #expect(
            keys(plan["target"]) == [
                "path", "resolved_path", "condition", "detail", "bytes", "wal_bytes", "journal_mode",
            ], sourceLocation: location)
        #expect(keys(plan["control"]) == ["stop", "start", "is_running", "health"], sourceLocation: location)
        let tables = try #require(plan["tables"] as? [[String: Any]], sourceLocation: location)
        #expect(
            tables.allSatisfy { keys($0) == ["table", "rows_now", "rows_after", "is_changed"] },
            sourceLocation: location)
    }

    @Test("plans and results of restores have all their keys, whatever is restored")
    func restores() async throws {
        let instance = try await TestInstance(users: 20)
        defer { instance.end() }
        _ = try await instance.backUp()
        try await instance.shell("sqlite3 api/test.db .dump > old.sql")
        try instance.change("CREATE TABLE later(x)")
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        try expectPlan(plan)
        let control = try #require(plan["control"] as? [String: Any])
        #expect(control.values.allSatisfy { $0 is NSNull }, "nobody controls this service: \(control)")
        #expect((plan["target"] as? [String: Any])?["detail"] is NSNull)
        let later = (plan["tables"] as? [[String: Any]])?.first { $0["table"] as? String == "later" }
        #expect(later?["rows_now"] as? Int == 0 && later?["rows_after"] is NSNull)
        let file = try await instance.object("backups", "restore", "old.sql", "--plan", "--json")
        try expectPlan(file)
        #expect((file["source"] as? [String: Any])?["verified_at"] is NSNull)

        let result = try await instance.object("backups", "restore", "--yes", "--json")
        let keys: Set = ["restore", "outcome", "kind", "reason", "tables", "replaced", "safety_backup", "notes"]
        #expect(Set(result.keys) == keys && result["reason"] is NSNull && result["replaced"] is String)
        try FileManager.default.removeItem(atPath: instance.database)
        let undo = try await instance.object("backups", "undo", "--plan", "--json")
        try expectPlan(undo)
        #expect((undo["target"] as? [String: Any])?["journal_mode"] is NSNull)
        let undone = try await instance.object("backups", "undo", "--yes", "--json")
        #expect(Set(undone.keys) == keys && undone["replaced"] is NSNull)
    }

    @Test("an adoption has all its keys, and its status says what the folder is worth")
    func adoption() async throws {
        let instance = try await TestInstance(users: 20)
        defer { instance.end() }
        try await instance.shell("mkdir old && echo nothing > old/test_20260107.db")
        let none = try await instance.object("backups", "adopt", "old", "--json", status: 2)
        #expect(Set(none.keys) == ["folder", "tiers", "dry_run", "files", "sets_there", "exposures"])
        #expect(none["sets_there"] as? Int == 0)
        try await instance.shell("sqlite3 api/test.db '.backup old/test_20260105.db'; echo more > old/test_more.db")
        let dry = try await instance.object("backups", "adopt", "old", "--dry-run", "--json", status: 1)
        #expect(dry["sets_there"] as? Int == 1)
        let report = try await instance.object("backups", "adopt", "old", "--json", status: 1)
        let files = try #require(report["files"] as? [[String: Any]])
        #expect(files.count == 3 && files.allSatisfy { Set($0.keys) == Self.fileKeys }, "\(files)")
        let adopted = try #require(files.first { $0["outcome"] as? String == "adopted" })
        #expect(adopted["reason"] is NSNull && adopted["rows"] as? Int == 20)
        let refused = try #require(files.first { $0["outcome"] as? String == "refused" })
        #expect(refused["rows"] is NSNull && refused["reason"] is String)

        // Again, for instance from cron: what is refused is still worth a warning, and no more than that.
        let again = try await instance.demand("backups", "adopt", "old", status: 1)
        #expect(again.output.contains("test_20260107.db"))
        #expect(again.errors.contains("0 adopted, 1 still refused; 1 set was there before"), "\(again)")
        let counted = try await instance.object("backups", "adopt", "old", "--json", status: 1)
        #expect(counted["sets_there"] as? Int == 1)
        try await instance.shell("rm old/test_20260107.db")
        try await instance.demand("backups", "adopt", "old")
    }

    @Test("an export of SQL says null for rows that were not counted")
    func export() async throws {
        let instance = try await TestInstance(users: 20)
        defer { instance.end() }
        for format in ["sql", "csv", "jsonl"] {
            let made = try await instance.object(
                "backups", "export", "--format", format, "--into", "out-\(format)", "--json")
            #expect(Set(made.keys) == ["path", "format", "bytes", "tables", "rows"], "\(made)")
        }
    }
}
