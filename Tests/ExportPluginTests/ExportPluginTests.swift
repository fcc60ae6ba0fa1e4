import DatabasePluginTesting
import DurableFiles
import ExportPlugin
import Exports
import Foundation
import Maintenance
import PluginKit
import SQLiteFile
import SystemPackage
import Testing

@Suite("The export plugin")
struct ExportPluginTests {
    private let rows = """
        CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE "a b"(x);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1500) INSERT INTO users SELECT i, 'user ' || i FROM n;
        """

    private func trial(_ journal: String = "wal") throws -> PluginTrial<ExportPlugin> {
        let trial = try PluginTrial<ExportPlugin>()
        try trial.sql("PRAGMA journal_mode=\(journal);" + rows)
        return trial
    }

    private func names(_ trial: PluginTrial<ExportPlugin>) throws -> [String] {
        try FileFacts.of(trial.folder.appending("out"), followingLinks: true) == nil
            ? [] : Folder.entries(of: trial.folder.appending("out"))
    }

    private func artifacts(_ record: TrialRecord) -> [Artifact] {
        record.events.compactMap { if case .artifact(let artifact) = $0 { artifact } else { nil } }
    }

    @Test("its manifest is free of mistakes and has the defaults it documents") func manifest() throws {
        let manifest = try PluginTrial<ExportPlugin>.manifest()
        #expect(manifest.requires == [.database] && manifest.locks == [.database: .shared] && manifest.dryRun)
    }

    @Test(
        "an export is told in one line, with its file and numbers, and can be imported", arguments: ["wal", "delete"])
    func sql(_ journal: String) async throws {
        let trial = try trial(journal)
        let run = try await trial.perform("into: \(trial.folder)/out")
        #expect(run.outcome == .ok && run.summary.hasSuffix(", 2 tables"), "\(run.summary)")
        let file = try #require(artifacts(run).first)
        #expect(file.path.hasSuffix(".sql.gz") && run.measured("export_size") == Double(file.bytes))
        #expect(try names(trial).count == 1)
        let report = try DatabaseImport.sql(from: FilePath(file.path), into: trial.folder.appending("b.db"))
        #expect(try report.tables == SQLiteFile(path: trial.database).open().contents())
    }

    @Test("tables are files of one folder") func csv() async throws {
        let trial = try trial()
        let run = try await trial.perform("into: \(trial.folder)/out\nformat: csv\ncompression: none\ntables: [users]")
        #expect(run.outcome == .ok && run.summary.hasSuffix("1,500 rows in 1 table"), "\(run.summary)")
        let folder = try #require(try names(trial).first)
        #expect(
            try Folder.entries(of: trial.folder.appending("out").appending(folder)) == [
                "schema.sql", "tables.json", "users.csv",
            ])
        #expect(run.measured("rows") == 1500 && artifacts(run).map(\.kind) == ["export"])
    }

    @Test("the newest exports are kept, and a dry run says which would go") func keep() async throws {
        let trial = try trial()
        for _ in 0..<3 { #expect(try await trial.perform("into: \(trial.folder)/out\nkeep: 2").outcome == .ok) }
        let before = try names(trial)
        #expect(before.count == 2)
        let dry = try await trial.perform("into: \(trial.folder)/out\nkeep: 1", dryRun: true)
        #expect(dry.outcome == .ok && dry.summary.hasSuffix("would remove 2 older"), "\(dry.summary)")
        #expect(try names(trial) == before)
        let last = try await trial.perform("into: \(trial.folder)/out\nkeep: 1")
        #expect(last.summary.hasSuffix("2 older removed") && last.measured("exports_removed") == 2)
    }

    @Test("a dry run makes not even the folder") func dryRun() async throws {
        let trial = try trial()
        let run = try await trial.perform("into: \(trial.folder)/out", dryRun: true)
        #expect(run.outcome == .ok && run.summary.contains("would write") && run.summary.hasSuffix("2 tables"))
        #expect(try names(trial).isEmpty && !Folder.entries(of: trial.folder).contains("out"))
    }

    @Test(
        "what keeps it from working is said",
        arguments: [
            ("", Outcome.unknown, "no backup folders"), ("into: out", .unknown, "no absolute path"),
            ("into: /tmp\ndatabase: nix", .unknown, "no database 'nix'"),
            ("into: /tmp\ntables: []", .unknown, "empty list"),
            ("into: /tmp/nothing-here\ntables: [nix]", .critical, "no table 'nix'"),
            ("into: /dev/null", .critical, "something else"),
        ])
    func failures(_ with: String, _ outcome: Outcome, says: String) async throws {
        let run = try await trial().perform(with, dryRun: with.contains("nothing-here"))
        #expect(run.outcome == outcome && run.summary.contains(says), "\(run.summary)")
    }

    @Test("a damaged database ends critical, and older exports stay") func damaged() async throws {
        let trial = try trial("delete")
        _ = try await trial.perform("into: \(trial.folder)/out")
        let before = try names(trial)
        var bytes = try DurableFile.read(trial.database, limit: 1 << 24)
        bytes.replaceSubrange(4096 * 3..<4096 * 5, with: repeatElement(0xAA, count: 4096 * 2))
        try DurableFile.write(bytes, to: trial.database, permissions: .ownerReadWrite)
        let run = try await trial.perform("into: \(trial.folder)/out\nkeep: 1")
        #expect(run.outcome == .critical && run.summary.contains("damaged"), "\(run.summary)")
        #expect(try names(trial) == before)
    }
}
