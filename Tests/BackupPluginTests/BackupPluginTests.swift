import BackupPlugin
import ConfigurationFiles
import DurableFiles
import Foundation
import GRDBSQLite
import Maintenance
import PluginKit
import Synchronization
import SystemPackage
import Testing

@Suite("The backup plugin")
struct BackupPluginTests {
    @Test("its manifest is free of mistakes and has the defaults it documents")
    func manifest() throws {
        let loader = ConfigurationLoader(
            compiledIn: [BackupPlugin.name: BackupPlugin.manifest], workingFolder: "/")
        let manifest = try #require(loader.compiledInPlugins()["backup"])
        #expect(
            manifest.requires == [.database, .backups] && manifest.locks == [.database: .shared] && manifest.dryRun)
        let (value, mistakes) = ParameterReading.read("", of: manifest)
        #expect(mistakes.isEmpty)
        #expect(value?["tier"] == .string("daily") && value?["compression"] == .string("gzip"))
        for text in [
            "compression: zstd:19:64", "compression: none", "tier: manual", "also: [daily, weekly]", "keep: 1",
            "keep_at_least: 2", "bandwidth: 10MB", "wal_limit: 64MiB", "largest_fall: 20%",
            "encrypt: {age_recipients_file: /keys, identity_file: /key}", "encrypt: {age: [age1x]}",
        ] {
            #expect(ParameterReading.read(text, of: manifest).mistakes.isEmpty, "\(text)")
        }
        for text in [
            "compression: gzip:0", "compression: xz", "tier: yearly", "also: [hourly]", "keep: 0", "kep: 1",
            "encrypt: x",
        ] {
            #expect(!ParameterReading.read(text, of: manifest).mistakes.isEmpty, "\(text)")
        }
    }

    @Test("a backup is told in one line, with its files, numbers and reasons")
    func reports() async throws {
        let site = try Site()
        let run = await site.run(["tier": .string("monthly"), "also": .array([.string("daily")]), "keep": .integer(3)])
        #expect(run.result.outcome == .ok)
        #expect(
            run.result.summary.hasSuffix("1,500 rows in 1 table, verified; 1 kept, 0 removed"), "\(run.result.summary)")
        #expect(run.artifacts.map(\.kind) == ["backup", "manifest", "backup", "manifest", "export"])
        for artifact in run.artifacts {
            let bytes = try DurableFile.read(FilePath(artifact.path), limit: 1 << 24)
            #expect(bytes.count == Int(artifact.bytes))
            #expect(try sha256(of: artifact.path) == artifact.sha256)
        }
        #expect(run.measurement("users.rows") == 1500 && run.measurement("rows") == 1500)
        #expect(run.measurement("database_size") ?? 0 > run.measurement("backup_size") ?? 1e9)
        #expect(run.logs.contains { $0.hasPrefix("kept test_") && $0.contains("1 of 3") })
        #expect(try site.names("archives").filter { $0.hasSuffix(".sql.gz") }.count == 1)
        #expect(try site.names("backups").filter { $0.hasSuffix(".sql.gz") }.isEmpty)
    }

    @Test("the second set of a day replaces the first; manual sets pile up")
    func prunes() async throws {
        let site = try Site()
        let first = await site.run(["tier": .string("daily")])
        let second = await site.run(["tier": .string("daily")])
        #expect(first.result.outcome == .ok && second.result.summary.hasSuffix("1 kept, 1 removed"))
        #expect(try site.names("backups").filter { $0.hasSuffix(".gz") }.count == 1)
        for _ in 0..<2 { #expect(await site.run(["tier": .string("manual")]).result.outcome == .ok) }
        #expect(try site.names("backups/manual").filter { $0.hasSuffix(".gz") }.count == 2)
    }

    @Test("a dry run says what would be made and removed, and touches nothing")
    func dryRun() async throws {
        let site = try Site()
        let empty = await site.run(["tier": .string("daily")], dryRun: true)
        #expect(empty.result.outcome == .ok && empty.result.summary.contains("would make test_"))
        #expect(try site.names("").sorted() == ["scratch", "test.db"])
        _ = await site.run(["tier": .string("daily")])
        let before = try site.state()
        let run = await site.run(["tier": .string("daily"), "keep": .integer(1)], dryRun: true)
        #expect(run.result.summary.hasSuffix("would keep 1 and remove 1"), "\(run.result.summary)")
        #expect(run.logs.contains { $0.hasPrefix("would remove test_") })
        #expect(try site.state() == before)
    }

    @Test(
        "what keeps it from making a backup ends critical or unknown, with a sentence, and changes nothing",
        arguments: [
            ("rm test.db", [:], Outcome.critical, "there is no such file"),
            (": > test.db", [:], .critical, "not a SQLite database"),
            ("rm -r backups && touch backups", [:], .critical, "something else"),
            ("true", ["database": .string("orders")], .unknown, "no database 'orders'"),
            ("true", ["tier": .string("manual"), "keep": .integer(3)], .unknown, "never pruned"),
            ("true", ["compression": .string("rar")], .unknown, "'rar' is not known"),
            ("true", ["keep": .integer(0)], .unknown, "would keep no backup"),
            ("true", ["bandwidth": .string("0B")], .unknown, "would never end"),
            ("true", ["encrypt": .object([:])], .unknown, "exactly one of"),
            ("true", ["encrypt": .object(["gpg_passphrase_file": .string("p")])], .unknown, "not an absolute path"),
            (
                "true", ["encrypt": .object(["age": .array([.string("age1x")])]), "sql_export": .bool(true)], .critical,
                "in the clear"
            ),
            ("true", ["encrypt": .object(["age": .array([.string("age1x")])])], .critical, "is no recipient"),
        ] as [(String, [String: JSONValue], Outcome, String)])
    func fails(_ command: String, _ with: [String: JSONValue], _ outcome: Outcome, says: String) async throws {
        let site = try Site()
        _ = await site.run(["tier": .string("daily")])
        try shell("cd '\(site.folder)' && \(command)")
        let before = try site.state()
        let run = await site.run(["tier": .string("daily")].merging(with) { $1 })
        #expect(run.result.outcome == outcome)
        #expect(run.result.summary.contains(says), "\(run.result.summary)")
        #expect(try site.state() == before)
    }

    @Test("after a failure the last verified backup is named")
    func namesLastGood() async throws {
        let site = try Site()
        let good = await site.run(["tier": .string("weekly")])
        try shell("rm '\(site.folder)/test.db'")
        let path = try #require(good.artifacts.first).path
        #expect(
            await site.run(["tier": .string("daily")]).result.summary.contains("The last verified backup is '\(path)'"))
    }

    @Test("a damaged database ends critical and nothing is pruned")
    func damaged() async throws {
        let site = try Site()
        _ = await site.run(["tier": .string("daily")])
        let before = try site.names("backups")
        try shell("dd if=/dev/urandom of='\(site.folder)/test.db' bs=4096 seek=5 count=9 conv=notrunc 2>&1")
        let run = await site.run(["tier": .string("daily"), "keep": .integer(1)])
        #expect(run.result.outcome == .critical && run.result.summary.contains("the database is damaged"))
        #expect(try site.names("backups") == (before + ["quarantine"]).sorted())
    }

    @Test("a file without a manifest is no finding, a damaged set is one, and neither is removed")
    func problems() async throws {
        let site = try Site()
        let first = await site.run(["tier": .string("weekly")])
        let folder = site.folder.appending("backups/weekly")
        try shell("echo old > '\(folder)/test_20200101_020000.db.gz'")
        #expect(await site.run(["tier": .string("weekly"), "keep": .integer(1)]).result.outcome == .ok)
        #expect(!FileManager.default.fileExists(atPath: try #require(first.artifacts.first).path))
        try shell("cd '\(folder)' && for f in test_2*.json; do echo x > $f; done")
        let before = try site.names("backups/weekly")
        let run = await site.run(["tier": .string("weekly"), "keep": .integer(1)])
        #expect(run.result.outcome == .warning && run.logs.contains { $0.contains("damaged manifest") })
        #expect(Set(before).isSubset(of: try site.names("backups/weekly")))
    }

    @Test("a database above its threshold is a warning, and so are broken foreign keys")
    func warns() async throws {
        let site = try Site()
        site.limit.withLock { $0 = 1000 }
        let large = await site.run(["tier": .string("daily")])
        #expect(large.result.outcome == .warning && large.result.summary.contains("larger than 1.00 kB"))
        site.limit.withLock { $0 = nil }
        try runSQL("CREATE TABLE orders(user REFERENCES users(id)); INSERT INTO orders VALUES(9999)", on: site.database)
        let broken = await site.run(["tier": .string("daily")])
        #expect(broken.result.outcome == .warning && broken.result.summary.contains("1 broken foreign key"))
        #expect(broken.logs.contains { $0.contains("orders") })
    }
}
