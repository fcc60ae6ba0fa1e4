import Foundation
import Glibc
import Testing

/// What `ronde backups` prints for programs, how it exits, and which sets pruning leaves.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct BackupCommandTests {
    private static let setKeys: Set = [
        "accepted", "adopted", "kept_for", "age_seconds", "anomalies", "bytes", "counts", "database", "drill",
        "encryption",
        "export", "files", "folder", "instant", "pin", "retention", "rows", "service", "set", "tables", "tiers",
        "uncompressed_bytes", "verified_at", "why_not",
    ]

    /// An instance with so many sets of another tool, of which four days are kept.
    private func adopted(days: Int) async throws -> TestInstance {
        let instance = try await TestInstance(users: 50)
        try instance.configure(
            url: "http://127.0.0.1:9",
            alsoBackups: ", adopted: [{folder: old, keep_daily: 4, keep_weekly: 0, keep_monthly: 0}]")
        try await instance.makeOldBackups(days: days)
        try await instance.demand("backups", "adopt", "old")
        return instance
    }

    @Test("list and show print every fact under its documented key")
    func shapes() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        #expect(try await instance.object("backups", "list", "--json")["sets"] as? [String] == [])
        let name = try await instance.backUp()
        let list = try await instance.object("backups", "list", "--json")
        #expect(Set(list.keys) == ["sets", "problems", "quarantined", "hold"])
        let set = try #require((list["sets"] as? [[String: Any]])?.first)
        #expect(Set(set.keys) == Self.setKeys)
        #expect(set["set"] as? String == name && set["rows"] as? Int == 500 && set["tables"] as? Int == 1)
        #expect(set["counts"] as? Bool == true && set["why_not"] is NSNull && set["tiers"] as? [String] == ["daily"])
        #expect(set["files"] as? [String] == [name + ".db.gz"])
        let shown = try await instance.object("backups", "show", "latest", "--json")
        #expect(Set(shown.keys) == Self.setKeys.union(["manifest"]))
        let manifest = try #require(shown["manifest"] as? [String: Any])
        let stored = try Data(contentsOf: URL(filePath: "\(instance.backups)/\(name).json"))
        let file = try #require(try JSONSerialization.jsonObject(with: stored) as? [String: Any])
        #expect(
            (manifest["database"] as? NSDictionary) == (file["database"] as? NSDictionary)
                && (manifest["files"] as? NSArray) == (file["files"] as? NSArray))
        for spelling in [name, name + ".db.gz", "daily:latest"] {
            #expect(try await instance.object("backups", "show", spelling, "--json")["set"] as? String == name)
        }
    }

    @Test(
        "wrong usage exits 64, what is not there 66",
        arguments: [
            (["list", "--tier", "hourly"], 64), (["list", "--count", "0"], 64), (["nonsense"], 64), (["show"], 66),
            (["show", "test_20010101_000000"], 66), (["verify", "nothing"], 66), (["drill", "nothing"], 66),
            (["drill"], 66), (["restore", "nothing", "--yes"], 66), (["restore", "--yes"], 66),
            (["pin", "latest"], 64), (["pin", "latest", "--note", "why"], 66),
            (["accept", "nothing", "--note", "why"], 66), (["prune", "--keep", "3"], 64),
            (["prune", "--tier", "daily", "--keep", "0"], 64), (["prune", "--folder", "elsewhere"], 64),
            (["list", "--service", "other"], 64), (["list", "--database", "other"], 64),
            (["export", "--into", "x", "--format", "xml"], 64), (["undo", "--yes"], 66), (["list"], 0),
            (["verify"], 0), (["prune", "--yes"], 0),
        ] as [([String], Int32)])
    func statuses(arguments: [String], status: Int32) async throws {
        let instance = try await TestInstance(users: 10)
        defer { instance.end() }
        let before = instance.contents(of: "api")["test.db"]
        let ending = try await instance.start(["backups"] + arguments).wait()
        #expect(ending.status == status, "\(arguments): \(ending)")
        #expect(instance.contents(of: "api")["test.db"] == before)
        #expect(instance.names(in: "").allSatisfy { !$0.hasPrefix("x") })
    }

    @Test("prune removes what its dry run named, for the same reasons, and nothing without --yes")
    func dryRun() async throws {
        let instance = try await adopted(days: 12)
        defer { instance.end() }
        let all = instance.contents(of: "old")
        let dry = try await instance.object("backups", "prune", "--dry-run", "--json")
        #expect(instance.contents(of: "old") == all)
        try await instance.demand("backups", "prune", status: 64)
        #expect(instance.contents(of: "old") == all)
        let done = try await instance.object("backups", "prune", "--yes", "--json")
        #expect(dry as NSDictionary == done as NSDictionary)
        let folders = try #require(done["folders"] as? [[String: Any]])
        let pool = try #require(folders.last)
        func names(_ key: String) -> [String] {
            ((pool[key] as? [[String: Any]]) ?? []).compactMap { $0["name"] as? String }.sorted()
        }
        #expect(names("keep") == (9...12).map { String(format: "test_202601%02d.db.gz", $0) })
        #expect(names("remove") == (1...8).map { String(format: "test_202601%02d.db.gz", $0) })
        #expect(try await instance.listing().sets.map(\.set).sorted() == names("keep"))
        #expect(instance.names(in: "old").filter { $0.hasSuffix(".gz") } == names("keep"))
        let again = try await instance.object("backups", "prune", "--dry-run", "--json")
        #expect(((again["folders"] as? [[String: Any]])?.last?["remove"] as? [Any])?.isEmpty == true)
    }

    @Test("a pinned set stays through pruning until it is unpinned")
    func pin() async throws {
        let instance = try await adopted(days: 6)
        defer { instance.end() }
        let name = "test_20260101.db.gz"
        try await instance.demand("backups", "pin", name, "--note", "before the move")
        try await instance.demand("backups", "prune", "--yes")
        let kept = try await instance.listing().sets
        #expect(kept.map(\.set).contains(name) && kept.count == 5)
        try await instance.demand("backups", "verify", name)
        try await instance.demand("backups", "unpin", name)
        try await instance.demand("backups", "prune", "--yes")
        #expect(try await !instance.listing().sets.map(\.set).contains(name))
    }

    @Test("a backup of another tool becomes a set as it is, and can be restored")
    func adopt() async throws {
        let instance = try await TestInstance(users: 80)
        defer { instance.end() }
        try instance.configure(
            url: "http://127.0.0.1:9",
            alsoBackups: ", adopted: [{folder: old, keep_daily: 4, keep_weekly: 0, keep_monthly: 0}]")
        let old = try instance.live
        try await instance.shell(
            """
            mkdir old
            sqlite3 api/test.db '.backup old/test_20260105.db'
            gzip -c old/test_20260105.db > old/test_20260106_020000.db.gz
            echo nothing > old/test_20260107.db
            """)
        let files = instance.contents(of: "old")
        let dry = try await instance.object("backups", "adopt", "old", "--dry-run", "--json", status: 1)
        #expect(dry["dry_run"] as? Bool == true && instance.contents(of: "old") == files)
        let report = try await instance.object("backups", "adopt", "old", "--json", status: 1)
        let outcomes = (report["files"] as? [[String: Any]])?.compactMap { $0["outcome"] as? String }
        #expect(outcomes == ["adopted", "adopted", "refused"])
        for (name, bytes) in files { #expect(instance.contents(of: "old")[name] == bytes, "\(name)") }
        let names = try await instance.listing().sets.filter { $0.counts }.map(\.set)
        #expect(names == ["test_20260106_020000.db.gz", "test_20260105.db"])
        try await instance.demand("backups", "drill", "--all")
        for name in names {
            try instance.change()
            try await instance.demand("backups", "restore", name, "--yes")
            #expect(try instance.live == old, "\(name)")
        }
        // To adopt a folder twice changes nothing.
        unlink(instance.folder + "/old/test_20260107.db")
        try await instance.demand("backups", "adopt", "old")
        #expect(try await instance.listing().sets.filter { $0.set.hasPrefix("test_202601") }.count == 2)
    }
}
