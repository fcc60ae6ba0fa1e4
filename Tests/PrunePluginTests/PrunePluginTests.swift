import Backups
import ConfigurationFiles
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import PrunePlugin
import SystemPackage
import Testing

@Suite("The prune plugin")
struct PrunePluginTests {
    @Test("its manifest is free of mistakes and has the defaults it documents")
    func manifest() throws {
        let loader = ConfigurationLoader(compiledIn: [PrunePlugin.name: PrunePlugin.manifest], workingFolder: "/")
        let manifest = try #require(loader.compiledInPlugins()["prune"])
        #expect(manifest.requires == [.database, .backups] && manifest.locks.isEmpty && manifest.dryRun)
        let (value, mistakes) = ParameterReading.read("", of: manifest)
        #expect(mistakes.isEmpty && value?["keep_at_least"] == .integer(0))
        for text in ["tier: daily\nkeep: 3", "folder: old\nkeep_daily: 7\nkeep_yearly: 0"] {
            #expect(ParameterReading.read(text, of: manifest).mistakes.isEmpty, "\(text)")
        }
        for text in ["tier: manual", "keep: 0", "keep_daily: -1", "keep_minutely: 1", "tier: [daily]"] {
            #expect(!ParameterReading.read(text, of: manifest).mistakes.isEmpty, "\(text)")
        }
    }

    @Test("every folder of the service is pruned by its own rule, and a dry run says the same")
    func all() async throws {
        let site = try await Site()
        let before = try site.state()
        let dry = await site.run([:], dryRun: true)
        #expect(dry.result.outcome == .ok && dry.result.summary.hasPrefix("would keep 9 and remove 4"), "\(dry.result)")
        #expect(try site.state() == before)
        let run = await site.run([:])
        #expect(run.result.outcome == .ok && run.result.summary.hasPrefix("9 kept, 4 removed"), "\(run.result)")
        #expect(
            run.logs.map { $0.replacing("kept ", with: "would keep ").replacing("removed ", with: "would remove ") }
                == dry.logs)
        #expect(try site.names("backups").count == 14 && site.names("old").count == 4)
        #expect(await site.run([:]).result.summary == "9 kept, 0 removed")
    }

    @Test("one tier or one folder can be named, with its own numbers")
    func named() async throws {
        let site = try await Site()
        #expect(await site.run(["tier": .string("daily"), "keep": .integer(9)]).result.summary.hasPrefix("9 kept, 1"))
        let floor = await site.run(["tier": .string("daily"), "keep": .integer(1), "keep_at_least": .integer(4)])
        #expect(floor.result.summary.hasPrefix("4 kept, 5 removed"))
        let old = await site.run(["folder": .string("old"), "keep_last": .integer(1)])
        #expect(old.result.summary.hasPrefix("1 kept, 2 removed"), "\(old.result)")
    }

    @Test(
        "parameters that cannot be right together end unknown and change nothing",
        arguments: [
            (["tier": .string("daily"), "folder": .string("old")], "not both"),
            (["keep": .integer(3)], "name one"), (["keep_daily": .integer(3)], "adopted folder"),
            (["folder": .string("old"), "keep_daily": .integer(0)], "would keep no backup"),
            (["folder": .string("nowhere")], "is no adopted folder"), (["folder": .string("/srv")], "what to keep"),
            (["tier": .string("manual")], "never pruned"), (["database": .string("orders")], "no database 'orders'"),
        ] as [([String: JSONValue], String)])
    func refuses(_ with: [String: JSONValue], says: String) async throws {
        let site = try await Site()
        let before = try site.state()
        let run = await site.run(with)
        #expect(run.result.outcome == .unknown && run.result.summary.contains(says), "\(run.result)")
        #expect(try site.state() == before)
    }

    @Test("what holds it up is a warning, and so is damage; a folder that cannot be pruned keeps no other from it")
    func warns() async throws {
        let site = try await Site()
        let bad = site.folder.appending("backups/weekly/quarantine")
        try Folder.create(bad)
        let name = "test_\(CompactTime(Date(), in: .gmt, separator: "_").text).db.gz"
        try DurableFile.write([1], to: bad.appending(name), permissions: .ownerReadWrite)
        let held = await site.run([:])
        #expect(held.result.outcome == .warning && held.result.summary.contains("0 removed; nothing is removed: "))
        try Folder.removeTree(bad)
        try shell("cd '\(site.folder)/backups' && ls *.gz | head -1 | xargs rm")
        let damaged = await site.run([:])
        #expect(
            damaged.result.outcome == .warning && damaged.result.summary.hasSuffix("1 damaged"), "\(damaged.result)")
        try shell("rm -r '\(site.folder)/old' && touch '\(site.folder)/old'")
        let failed = await site.run([:])
        #expect(failed.result.outcome == .critical && failed.result.summary.contains("/old"), "\(failed.result)")
    }
}
