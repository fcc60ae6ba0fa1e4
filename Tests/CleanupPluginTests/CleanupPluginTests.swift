import CleanupPlugin
import ConfigurationFiles
import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

private struct Bench {
    let trial: PluginTrial<CleanupPlugin>
    var folder: FilePath { trial.folder.appending("site") }

    init() throws {
        trial = try PluginTrial()
        try Folder.create(folder)
    }

    /// Makes a file of 100 bytes that was last changed so many days ago.
    func make(_ name: String, days: Double) throws {
        let path = folder.appending(name)
        try Folder.create(Folder.parent(of: path))
        try DurableFile.write(Array(repeating: 1, count: 100), to: path, permissions: .ownerReadWrite)
        let date = Date(timeIntervalSinceNow: -days * 86_400)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path.string)
    }

    /// Five backups of the last days and one other file.
    func fill() throws {
        for day in 1...5 { try make("test_\(day).db.gz", days: Double(day)) }
        try make("readme.txt", days: 900)
    }

    func names(_ name: String = "") throws -> [String] { try Folder.entries(of: folder.appending(name)) }

    func clean(
        _ rule: String, of name: String = "", more: String = "", dryRun: Bool = false
    ) async throws -> TrialRecord {
        let folder = name.isEmpty ? "\(folder)" : "\(folder)/\(name)"
        return try await trial.perform("rules: [{folder: '\(folder)', \(rule)}]\n\(more)", dryRun: dryRun)
    }

    func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(folder)' && \(command)"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}

@Suite("The cleanup plugin")
struct CleanupPluginTests {
    @Test(
        "removes what fits and is old enough, never the last ones; a dry run lists the same and removes nothing",
        arguments: [
            ("older_than: 60h", 3), ("older_than: 12h, keep_last: 2", 3), ("keep_last: 4", 1), ("keep_last: 9", 0),
            ("older_than: 9d", 0), ("older_than: 12h, keep_bytes: 250B", 2), ("older_than: 12h, keep_bytes: 100B", 4),
            ("older_than: 12h, allow_all: true", 5), ("older_than: 60h, stop_above: 60%", 3),
        ])
    func removes(_ rule: String, _ count: Int) async throws {
        let bench = try Bench()
        try bench.fill()
        let before = try bench.names()
        let dry = try await bench.clean("match: 'test_*.db.gz', \(rule)", dryRun: true)
        #expect(try bench.names() == before && dry.outcome == .ok && dry.measurements.isEmpty)
        #expect(dry.log.filter { $0.message.hasPrefix("would remove '") }.count == count)
        let record = try await bench.clean("match: 'test_*.db.gz', \(rule)")
        #expect(record.outcome == .ok && record.measured("files_removed") == Double(count), "\(record.result)")
        #expect(record.measured("freed") == Double(count * 100))
        let kept = (1...5).prefix(5 - count).map { "test_\($0).db.gz" }
        #expect(try bench.names() == ["readme.txt"] + kept)
    }

    @Test(
        "a clock that may be wrong stops a rule",
        arguments: [("older_than: 12h", "all 5 files"), ("older_than: 60h, stop_above: 50%", "3 of 5 files would go")])
    func guards(_ rule: String, _ says: String) async throws {
        let bench = try Bench()
        try bench.fill()
        let record = try await bench.clean("match: 'test_*', \(rule)")
        #expect(record.outcome == .warning && record.summary.contains(says), "\(record.result)")
        #expect(try bench.names().count == 6)
    }

    @Test("files of the future are left and told of, and count among the last ones")
    func future() async throws {
        let bench = try Bench()
        try bench.fill()
        try bench.make("test_9.db.gz", days: -3)
        let record = try await bench.clean("match: 'test_*', older_than: 12h, keep_last: 2")
        #expect(record.outcome == .warning && record.summary.contains("1 file of the future"), "\(record.result)")
        #expect(try bench.names() == ["readme.txt", "test_1.db.gz", "test_9.db.gz"])
    }

    @Test("folders below are looked at only where that is said, and those that are emptied go")
    func tree() async throws {
        let bench = try Bench()
        try bench.make("a/b/c/old", days: 9)
        try bench.make("a/old", days: 9)
        try bench.make("a/new", days: 0)
        try bench.make("d/old", days: 8)
        try Folder.create(bench.folder.appending("young"))
        #expect(try await bench.clean("match: '*', older_than: 5d").measured("files_removed") == 0)
        let record = try await bench.clean("match: '*', older_than: 5d, recursive: true, empty_folders: true")
        #expect(record.measured("files_removed") == 3 && record.measured("folders_removed") == 3, "\(record.result)")
        #expect(try bench.names() == ["a", "young"] && bench.names("a") == ["new"])
    }

    @Test("symbolic links are neither followed nor removed, and a folder behind one is refused")
    func links() async throws {
        let bench = try Bench()
        try bench.make("out/old", days: 9)
        try bench.make("in/old", days: 9)
        try bench.shell("ln -s ../out in/link; ln -s ../out/old in/file; ln -s out way")
        let record = try await bench.clean("match: '*', older_than: 5d, recursive: true, allow_all: true", of: "in")
        #expect(record.outcome == .ok && record.measured("files_removed") == 1)
        #expect(try bench.names("in") == ["file", "link"] && bench.names("out") == ["old"])
        let way = try await bench.clean("match: '*', older_than: 5d, allow_all: true", of: "way")
        #expect(way.outcome == .critical && way.summary.contains("symbolic link"), "\(way.result)")
        #expect(try bench.names("out") == ["old"])
    }

    @Test(
        "backups of Ronde are left to pruning", arguments: [".ronde-backups.json", ".backups.lock", ".backups.index"])
    func backups(_ mark: String) async throws {
        let bench = try Bench()
        try bench.make("own/test_1.db.gz", days: 9)
        try bench.make("own/\(mark)", days: 9)
        let rule = "match: '*', older_than: 5d, allow_all: true"
        let direct = try await bench.clean(rule, of: "own")
        #expect(direct.outcome == .warning && direct.summary.contains("'prune'"), "\(direct.result)")
        let above = try await bench.clean(rule + ", recursive: true")
        #expect(above.outcome == .warning && above.summary.contains("'prune'"), "\(above.result)")
        #expect(try bench.names("own").count == 2)
    }

    @Test("a file that a program has open is left and named")
    func inUse() async throws {
        let bench = try Bench()
        try bench.make("a", days: 9)
        try bench.make("b", days: 8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 9<'\(bench.folder)/a'; echo ready; read -r line"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        _ = output.fileHandleForReading.availableData
        let record = try await bench.clean("match: '*', older_than: 5d, allow_all: true")
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(try bench.names() == ["a"])
        #expect(record.log.contains { $0.message.contains("/a' is in use by") }, "\(record.log)")
    }

    @Test("no more go in one run than are allowed, the oldest first")
    func limit() async throws {
        let bench = try Bench()
        try bench.fill()
        let record = try await bench.clean("match: 'test_*', older_than: 12h, keep_last: 1", more: "at_most: 3")
        #expect(record.outcome == .ok && record.summary.contains("1 more than 'at_most'"), "\(record.result)")
        #expect(try bench.names() == ["readme.txt", "test_1.db.gz", "test_2.db.gz"])
    }

    @Test("one rule that cannot be followed keeps no other from being followed")
    func others() async throws {
        let bench = try Bench()
        try bench.fill()
        let record = try await bench.trial.perform(
            """
            rules:
              - {folder: '\(bench.folder)/none', match: '*', older_than: 1d}
              - {folder: '\(bench.folder)', match: 'test_*', keep_last: 1}
            """)
        #expect(record.outcome == .critical && record.measured("files_removed") == 4, "\(record.result)")
        #expect(record.summary.contains("none"))
    }

    @Test("odd names are removed like others")
    func names() async throws {
        let bench = try Bench()
        try bench.shell("touch -d '9 days ago' -- '-rf' 'a b' '*' \"$(printf 'x\\ny')\" \"$(printf '\\377')\"")
        let record = try await bench.clean("match: '*', older_than: 5d, allow_all: true")
        #expect(record.measured("files_removed") == 5, "\(record.result)")
        #expect(try bench.names().isEmpty)
    }

    @Test(
        "rules that would be dangerous end unknown before anything is removed",
        arguments: [
            ("folder: /tmp/x, match: '*'", "a pattern alone"), ("folder: /tmp/x, match: '*', keep_last: 0", "alone"),
            ("folder: /tmp/x, match: '*', older_than: 0s", "alone"),
            ("folder: x, match: '*', older_than: 1d", "absolute"),
            ("folder: /tmp/../etc, match: '*', older_than: 1d", "absolute"),
            ("folder: /tmp/x, match: 'a/b', older_than: 1d", "no pattern"),
            ("folder: /, match: '*', older_than: 1d", "system"),
            ("folder: /etc/ssl, match: '*', older_than: 1d", "system"),
            ("folder: /var, match: '*', older_than: 1d", "system"),
            ("folder: //usr//, match: '*', older_than: 1d", "system"),
            ("folder: /home/me, match: '*', older_than: 1d", "home"),
            ("folder: /root, match: '*', older_than: 1d", "system"),
            ("folder: /var/mail, match: '*', older_than: 1d", "user 'mail'"),
            ("folder: /tmp/x, match: '*', older_than: 1d, empty_folders: true", "recursive"),
        ])
    func refuses(_ rule: String, _ says: String) async throws {
        let bench = try Bench()
        try bench.fill()
        let record = try await bench.trial.perform(
            "rules: [{folder: '\(bench.folder)', match: 'test_*', keep_last: 1}, {\(rule)}]")
        #expect(record.outcome == .unknown && record.summary.contains(says), "\(record.result)")
        #expect(try bench.names().count == 6)
    }
}
