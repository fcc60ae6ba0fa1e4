import Foundation
import Glibc
import Testing

/// Sets that are encrypted with the programs of the system.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct EncryptedBackupTests {
    private static func isThere(_ program: String) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }

    /// Makes a set, proves it, and restores it over changed rows.
    private func goThrough(_ instance: TestInstance, kind: String) async throws {
        let old = try instance.live
        let name = try await instance.backUp()
        let listed = try #require(try await instance.listing().sets.first)
        #expect(listed.set == name && listed.encryption?.contains(kind) == true && listed.counts)
        let stored = try #require(FileManager.default.contents(atPath: "\(listed.folder)/\(listed.files[0])"))
        #expect(!stored.starts(with: [0x1F, 0x8B]) && stored.range(of: Data("SQLite format".utf8)) == nil)
        try await instance.demand("backups", "verify")
        let drill = try await instance.object("backups", "drill", "--json")
        #expect((drill["drills"] as? [[String: Any]])?.map { $0["outcome"] as? String } == ["proven"])
        try instance.change()
        let new = try instance.live
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live == old && new != old)
        let sets = try await instance.listing().sets
        #expect(sets.allSatisfy { $0.encryption != nil }, "\(sets)")
        try await instance.demand("backups", "undo", "--yes")
        #expect(try instance.live == new)
        try instance.flipBit(of: "\(listed.folder)/\(listed.files[0])")
        try await instance.demand("backups", "drill", name, status: 2)
        #expect(instance.names(in: "state/scratch").isEmpty)
    }

    private func ageKey(in instance: TestInstance) async throws -> String {
        try await instance.shell(
            "age-keygen -o key.txt 2> words && grep -o 'age1.*' words > public && chmod 600 key.txt")
        let text = try String(contentsOfFile: instance.folder + "/public", encoding: .utf8)
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("a set for a recipient of age is made, listed, drilled and restored", .enabled(if: isThere("age-keygen")))
    func age() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let key = try await ageKey(in: instance)
        try instance.configure(
            url: "http://127.0.0.1:9", alsoBackups: ", encryption: {age: [\(key)], identity: key.txt}")
        try await goThrough(instance, kind: "age")
    }

    @Test(
        "without its identity a set of age can be proven in part, and not restored", .enabled(if: isThere("age-keygen"))
    )
    func withoutIdentity() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let key = try await ageKey(in: instance)
        try await instance.shell("echo '\(key)' > recipients")
        try instance.configure(
            url: "http://127.0.0.1:9", alsoBackups: ", encryption: {age_recipients_file: recipients}")
        let old = try instance.live
        let name = try await instance.backUp()
        let drill = try await instance.object("backups", "drill", "--json")
        #expect(
            (drill["drills"] as? [[String: Any]])?.map { $0["outcome"] as? String } == ["stored_bytes_only"])
        try instance.change()
        let new = try instance.live
        let refused = try await instance.demand("backups", "restore", name, "--yes", status: 2)
        #expect(refused.errors.contains("Nothing was changed"), "\(refused)")
        #expect(try instance.live == new)
        try await instance.demand("backups", "restore", name, "--yes", "--identity", "key.txt")
        #expect(try instance.live == old)
    }

    @Test("a set with a passphrase of GPG is made, listed, drilled and restored", .enabled(if: isThere("gpg")))
    func gpg() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        try await instance.shell("umask 077; head -c 24 /dev/urandom | base64 > passphrase")
        try instance.configure(
            url: "http://127.0.0.1:9", alsoBackups: ", encryption: {gpg_passphrase_file: passphrase}")
        try await goThrough(instance, kind: "gpg")
    }
}
