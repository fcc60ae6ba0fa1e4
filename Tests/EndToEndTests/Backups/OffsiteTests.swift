import Foundation
import Glibc
import Testing

/// Copies elsewhere through the built executable, to a remote that rclone's configuration makes of a folder.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/rclone"), "rclone is not installed"))
struct OffsiteTests {
    /// Where the sets of the database come to lie.
    private static let store = "store/api/main"
    private static let copying = ["plugins", "run", "offsite", "--with", "place=disk"]

    /// An instance with an off-site place named `disk`.
    private func instance(users: Int = 200) async throws -> TestInstance {
        let instance = try await TestInstance(users: users)
        try await instance.shell("mkdir store")
        try instance.write("[disk]\ntype = alias\nremote = \(instance.folder)/store\n", to: "rclone.conf")
        try await instance.shell("chmod 600 rclone.conf")
        try configure(instance)
        return instance
    }

    /// `more` is further YAML of the place.
    private func configure(_ instance: TestInstance, _ more: String = "") throws {
        try instance.configure(
            url: "http://127.0.0.1:9",
            alsoBackups: ", offsite: [{name: disk, rclone: {remote: \"disk:\", config: rclone.conf}\(more)}]")
    }

    /// The files of a set of the daily tier, its manifest among them.
    private func files(of set: String, in instance: TestInstance) -> [String] {
        instance.names(in: "backups").filter { $0.hasPrefix(set + ".") }
    }

    private func bytes(_ path: String, in instance: TestInstance) -> Data? {
        FileManager.default.contents(atPath: "\(instance.folder)/\(path)")
    }

    /// Files that lie there under a name of this host's and have other bytes.
    private func halfFiles(in instance: TestInstance) -> [String] {
        instance.names(in: Self.store).filter { name in
            let here = bytes("backups/\(name)", in: instance)
            return here != nil && here != bytes("\(Self.store)/\(name)", in: instance)
        }
    }

    @Test("the task copies sets, list names them, and fetch brings one back as its manifest says")
    func copies() async throws {
        let instance = try await instance()
        defer { instance.end() }
        let set = try await instance.backUp()
        let empty = try await instance.object("backups", "offsite", "list", "disk", "--json")
        #expect(empty["place"] as? String == "disk" && (empty["sets"] as? [Any])?.isEmpty == true)
        let rehearsal = try await instance.object(
            "plugins", "run", "offsite", "--with", "place=disk", "--dry-run", "--json")
        #expect((rehearsal["summary"] as? String)?.contains("1 set") == true && instance.names(in: "store").isEmpty)

        let task = try await instance.object("plugins", "run", "offsite", "--with", "place=disk", "--json")
        #expect(task["outcome"] as? String == "ok", "\(task)")
        let names = files(of: set, in: instance)
        #expect(names.count == 2 && instance.names(in: Self.store) == names && halfFiles(in: instance).isEmpty)
        let list = try await instance.object("backups", "offsite", "list", "disk", "--json")
        let sets = try #require(list["sets"] as? [[String: Any]])
        #expect(sets.count == 1 && sets.allSatisfy { Set($0.keys) == ["name", "data", "manifest"] })
        #expect(sets.first?["name"] as? String == set)
        #expect(try await instance.demand("backups", "offsite", "list", "disk").output == set + "\n")

        try await instance.demand("backups", "offsite", "fetch", "disk", set, "--into", "fetched")
        #expect(instance.names(in: "fetched") == names)
        for name in names {
            #expect(bytes("fetched/\(name)", in: instance) == bytes("backups/\(name)", in: instance), "\(name)")
        }
        let old = try instance.live
        try instance.change()
        let data = try #require(names.first { $0.hasSuffix(".gz") })
        try await instance.demand("backups", "restore", "fetched/\(data)", "--yes")
        #expect(try instance.live == old)
    }

    @Test("what was altered there is not fetched, and nothing is left of the attempt")
    func altered() async throws {
        let instance = try await instance()
        defer { instance.end() }
        let set = try await instance.backUp()
        #expect(try await instance.start(Self.copying).wait().status == 0)
        let data = try #require(files(of: set, in: instance).first { $0.hasSuffix(".gz") })
        try instance.flipBit(of: "\(instance.folder)/\(Self.store)/\(data)")
        let before = instance.names(in: "")
        let refused = try await instance.demand(
            "backups", "offsite", "fetch", "disk", set, "--into", "fetched", status: 2)
        #expect(refused.errors.contains(data), "\(refused)")
        // The output of the commands themselves is kept beside.
        let new = instance.names(in: "").filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") }
        #expect(Set(new).isSubset(of: before))
        let again = try await instance.object(
            "plugins", "run", "offsite", "--with", "place=disk", "--with", "verify_again=1ms", "--json")
        #expect(again["outcome"] as? String == "ok" && halfFiles(in: instance).isEmpty, "\(again)")
    }

    @Test(
        "wrong places and sets are refused, with what there is",
        arguments: [
            (["list", "nas"], 64, "there are: disk"),
            (["fetch", "nas", "set", "--into", "new"], 64, "there are: disk"),
            (
                ["fetch", "disk", "test_20010101_000000", "--into", "new"], 66,
                "no set 'test_20010101_000000' is known at disk"
            ),
            (["fetch", "disk", "../up", "--into", "new"], 2, "folder"),
        ] as [([String], Int32, String)])
    func refusals(words: [String], status: Int32, says: String) async throws {
        let instance = try await instance()
        defer { instance.end() }
        let ending = try await instance.start(["backups", "offsite"] + words).wait()
        #expect(ending.status == status && ending.errors.contains(says), "\(ending)")
        #expect(!FileManager.default.fileExists(atPath: instance.folder + "/new"))
    }

    @Test("an upload that is killed half-way is no set, and the next run goes on from there")
    func killed() async throws {
        let instance = try await instance(users: 20_000)
        defer { instance.end() }
        let first = try await instance.backUp()
        #expect(try await instance.start(Self.copying).wait().status == 0)
        let stamps = try await stamps(of: first, in: instance)
        // The place keeps it longer than the folder here does.
        let kept = instance.names(in: Self.store)
        try instance.change()
        let second = try await instance.backUp()
        let data = try #require(files(of: second, in: instance).first { $0.hasSuffix(".gz") })
        let whole = try #require(bytes("backups/\(data)", in: instance)?.count)
        try configure(instance, ", bandwidth: \(whole / 8)B")

        let upload = try instance.start(Self.copying)
        try await until("a part of the data is there") {
            instance.names(in: Self.store).contains { name in
                let size = bytes("\(Self.store)/\(name)", in: instance)?.count ?? 0
                return name.hasPrefix(data) && size > 0 && size < whole
            }
        }
        upload.signal(SIGKILL)
        _ = try await upload.wait()
        try await until("nobody uploads any more", atMost: .seconds(30)) { try uploaders(of: instance).isEmpty }
        #expect(!instance.names(in: Self.store).contains(second + ".json"), "the set must not count")
        let there = try await instance.object("backups", "offsite", "list", "disk", "--json")
        #expect((there["sets"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == [first])
        #expect(halfFiles(in: instance).isEmpty)

        try configure(instance)
        let resumed = try await instance.object("plugins", "run", "offsite", "--with", "place=disk", "--json")
        #expect(resumed["outcome"] as? String == "ok", "\(resumed)")
        let sent = (resumed["measurements"] as? [[String: Any]])?.first { $0["name"] as? String == "bytes_sent" }
        let sizes = files(of: second, in: instance).compactMap { bytes("backups/\($0)", in: instance)?.count }
        #expect(sent?["value"] as? Int == sizes.reduce(0, +), "only the second set was missing: \(resumed)")
        #expect(try await self.stamps(of: first, in: instance) == stamps)
        #expect(instance.names(in: Self.store) == (kept + files(of: second, in: instance)).sorted())
        #expect(halfFiles(in: instance).isEmpty)
        try await instance.demand("backups", "offsite", "fetch", "disk", second, "--into", "fetched")
        #expect(bytes("fetched/\(data)", in: instance)?.count == whole)
    }

    /// Inode and time of each file of a set there: what was not uploaded again keeps them.
    private func stamps(of set: String, in instance: TestInstance) async throws -> String {
        try await Program("/bin/sh", ["-c", "stat -c '%n %i %y' \(Self.store)/\(set).*"], in: instance.folder).wait()
            .output
    }

    /// The processes of rclone that copy something of this instance.
    private func uploaders(of instance: TestInstance) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
            guard Int32(name) != nil else { return false }
            let command = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            let words = String(decoding: command, as: UTF8.self)
            return words.contains("rclone") && words.contains("copyto") && words.contains(instance.folder)
        }
    }
}
