import ConfigurationFiles
import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PermissionsPlugin
import PluginKit
import SystemPackage
import Testing

private struct Bench {
    let trial: PluginTrial<PermissionsPlugin>
    var folder: FilePath { trial.folder.appending("site") }

    init() throws {
        trial = try PluginTrial()
        try Folder.create(folder)
    }

    func make(_ name: String, _ mode: UInt32) throws {
        try Folder.create(Folder.parent(of: folder.appending(name)))
        try DurableFile.write([1], to: folder.appending(name), permissions: FilePermissions(rawValue: mode))
    }

    func mode(_ name: String) throws -> String {
        String(
            try #require(try FileFacts.of(folder.appending(name), followingLinks: false)).permissions.rawValue, radix: 8
        )
    }

    func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(folder)' && \(command)"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    /// Checks with one rule, whose path is below the folder.
    func check(_ path: String, _ rule: String, mend: Bool = false, dryRun: Bool = false) async throws -> TrialRecord {
        try await trial.perform(
            "usual: false\nmend: \(mend)\nrules: [{path: '\(folder)/\(path)', \(rule)}]", dryRun: dryRun)
    }
}

@Suite("The permissions plugin")
struct PermissionsPluginTests {
    @Test("its manifest is free of mistakes, and modes are octal digits")
    func manifest() throws {
        let manifest = try PluginTrial<PermissionsPlugin>.manifest()
        #expect(ParameterReading.read("", of: manifest).mistakes.isEmpty)
        for mode in ["'0800'", "rw-r--r--", "'07'", "'00644'"] {
            let text = "rules: [{path: /a, mode: \(mode)}]"
            #expect(!ParameterReading.read(text, of: manifest).mistakes.isEmpty, "\(mode)")
        }
    }

    @Test("a database that all may write to is critical without a rule, and so are the files beside it")
    func database() async throws {
        let bench = try Bench()
        try bench.trial.sql("CREATE TABLE t(a)")
        #expect(try await bench.trial.perform().outcome == .ok)
        #expect(chmod(bench.trial.database.string, 0o666) == 0)
        let path = FilePath("\(bench.trial.database)-wal")
        try DurableFile.write([], to: path, permissions: FilePermissions(rawValue: 0o664))
        let record = try await bench.trial.perform()
        #expect(record.outcome == .critical && record.measured("different") == 2, "\(record.result)")
        #expect(record.summary.contains("'\(bench.trial.database)' 0666 → 0644"))
        let mended = try await bench.trial.perform("mend: true")
        #expect(mended.outcome == .ok && mended.measured("mended") == 2, "\(mended.result)")
        #expect(try FileFacts.of(path, followingLinks: false)?.permissions.rawValue == 0o644)
    }

    @Test("a rule for a database replaces what is usual for it")
    func replaces() async throws {
        let bench = try Bench()
        try bench.trial.sql("CREATE TABLE t(a)")
        #expect(chmod(bench.trial.database.string, 0o664) == 0)
        let rule = "rules: [{path: '\(bench.trial.database)', mode: '0664'}]"
        #expect(try await bench.trial.perform(rule).result.summary == "1 files and folders are as they should be")
        #expect(try await bench.trial.perform().outcome == .warning)
    }

    @Test(
        "tells what differs from a mode or exceeds one",
        arguments: [
            (0o666, "mode: '0644'", "644"), (0o600, "mode: '0644'", "644"), (0o644, "mode: '0644'", nil),
            (0o644, "at_most: '0640'", "640"), (0o600, "at_most: '0640'", nil), (0o444, "at_most: '0640'", "440"),
            (0o4755, "mode: '755'", "755"), (0o4755, "at_most: '0755'", "755"), (0o4755, "mode: '4755'", nil),
            (0o000, "mode: '600'", "600"),
        ] as [(UInt32, String, String?)])
    func modes(_ mode: UInt32, _ rule: String, _ wanted: String?) async throws {
        let bench = try Bench()
        try bench.make("run.sh", mode)
        let before = try bench.mode("run.sh")
        let told = try await bench.check("*.sh", rule)
        #expect((told.outcome == .ok) == (wanted == nil), "\(told.result)")
        let dry = try await bench.check("run.sh", rule, mend: true, dryRun: true)
        #expect(try bench.mode("run.sh") == before && dry.measured("different") == (wanted == nil ? 0 : 1))
        let mended = try await bench.check("run.sh", rule, mend: true)
        #expect(mended.outcome == .ok, "\(mended.result)")
        #expect(try bench.mode("run.sh") == wanted ?? before)
    }

    @Test("a rule for a whole tree is about files or folders, and leaves the special bits of folders")
    func tree() async throws {
        let bench = try Bench()
        try bench.make("a/b/one", 0o644)
        try bench.make("a/two", 0o600)
        try bench.shell("chmod 2755 a a/b")
        let files = try await bench.check("a", "recursive: true, at_most: '0600'", mend: true)
        #expect(files.outcome == .ok && files.measured("mended") == 1)
        #expect(try bench.mode("a/b/one") == "600" && bench.mode("a/b") == "2755")
        let folders = try await bench.check("a", "kind: folder, recursive: true, mode: '0700'", mend: true)
        #expect(folders.measured("mended") == 2)
        #expect(try bench.mode("a") == "2700" && bench.mode("a/b") == "2700" && bench.mode("a/two") == "600")
    }

    @Test("symbolic links are not followed, at the end of a path or on its way")
    func links() async throws {
        let bench = try Bench()
        try bench.make("real/secret", 0o666)
        try bench.shell("ln -s real/secret link; ln -s real way; ln -s ../real/secret real/inner")
        for path in ["link", "way/secret"] {
            let record = try await bench.check(path, "mode: '0600'", mend: true)
            #expect(record.outcome == .critical && record.summary.contains("is a symbolic link"), "\(record.result)")
        }
        #expect(try bench.mode("real/secret") == "666")
        let way = try await bench.check("way", "recursive: true, mode: '0600'", mend: true)
        #expect(way.outcome == .critical && way.summary.contains("is a symbolic link"))
        let tree = try await bench.check("real", "recursive: true, mode: '0600'", mend: true)
        #expect(tree.outcome == .ok && tree.measured("paths") == 1)
    }

    @Test("a file with names elsewhere is left, one whose names are all looked at is not")
    func hardLinks() async throws {
        let bench = try Bench()
        try bench.make("in/one", 0o644)
        try bench.make("out/passwd", 0o644)
        try bench.shell("ln in/one in/two; ln out/passwd in/evil")
        let record = try await bench.check("in", "recursive: true, at_most: '0600'", mend: true)
        #expect(record.outcome == .critical && record.summary.contains("'\(bench.folder)/in/evil' has 2 names"))
        #expect(try bench.mode("out/passwd") == "644" && bench.mode("in/one") == "600")
    }

    @Test("folders above that all may write to are found, unless only owners may remove there")
    func above() async throws {
        let bench = try Bench()
        try bench.make("open/inner/file", 0o600)
        try bench.shell("chmod 0777 open")
        let record = try await bench.check("open/inner/file", "mode: '0600'", mend: true)
        #expect(
            record.outcome == .critical
                && record.log.contains { $0.message.hasPrefix("'\(bench.folder)/open' lies above") })
        #expect(try bench.mode("open") == "777")
        try bench.shell("chmod 1777 open")
        #expect(try await bench.check("open/inner/file", "mode: '0600'").outcome == .ok)
    }

    @Test("owner and group are told by name or number, and changed by root", .enabled(if: geteuid() == 0))
    func owners() async throws {
        let bench = try Bench()
        try bench.make("file", 0o4755)
        let told = try await bench.check("file", "owner: daemon, group: '1'")
        #expect(told.outcome == .warning && told.summary.contains("owner 0:0 → 1:1"), "\(told.result)")
        let mended = try await bench.check("file", "owner: daemon, group: '1', mode: '4755'", mend: true)
        #expect(mended.outcome == .ok)
        let facts = try #require(try FileFacts.of(bench.folder.appending("file"), followingLinks: false))
        #expect(facts.owner == 1 && facts.group == 1 && facts.permissions.rawValue == 0o4755)
    }

    @Test("what is missing or of another kind is told")
    func missing() async throws {
        let bench = try Bench()
        #expect(try await bench.check("none", "mode: '0600'").summary.contains("does not exist"))
        #expect(try await bench.check("*.sh", "mode: '0600'").outcome == .warning)
        try bench.make("folder/file", 0o600)
        #expect(try await bench.check("folder", "mode: '0600'").summary.contains("is no file"))
        #expect(try await bench.check("folder/file", "recursive: true, mode: '0600'").outcome == .critical)
    }

    @Test(
        "rules that cannot be right end unknown",
        arguments: [
            ("path: a, mode: '0600'", "absolute"), ("path: /a", "say 'mode'"),
            ("path: /a, owner: nobody-here", "no user"),
            ("path: /a, mode: '0600', at_most: '0600'", "not both"), ("path: /a, group: nobody-here", "no group"),
        ])
    func refuses(_ rule: String, _ says: String) async throws {
        let record = try await Bench().trial.perform("rules: [{\(rule)}]")
        #expect(record.outcome == .unknown && record.summary.contains(says), "\(record.result)")
    }
}
