import Foundation
import Glibc
import Testing

/// `kill -9` of a restore at some step, and then each command in turn: whichever comes next settles it before its work.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct CutShortRestoreTests {
    /// A command, its status, and whether it goes on until it is told to stop.
    struct Next: Sendable, CustomTestStringConvertible {
        let words: [String]
        var status: Int32 = 0
        var lasts = false

        var testDescription: String { words.joined(separator: " ") }
    }

    private static let backups = [
        Next(words: ["list"]), Next(words: ["show", "latest"]), Next(words: ["verify"]), Next(words: ["drill"]),
        Next(words: ["restore", "--plan"]), Next(words: ["restore", "--yes"]), Next(words: ["undo", "--plan"]),
        Next(words: ["undo", "--yes"]), Next(words: ["prune", "--dry-run"]), Next(words: ["prune", "--yes"]),
        Next(words: ["pin", "latest", "--note", "why"]), Next(words: ["unpin", "manual:latest"], status: 2),
        Next(words: ["accept", "nothing", "--note", "why"], status: 66), Next(words: ["adopt", "old"]),
        Next(words: ["export", "--into", "out.sql"]), Next(words: ["extract", "manual:latest", "--into", "out"]),
        Next(words: ["repair", "api/test.db", "--into", "new.db", "--merge", "manual:latest"]),
        Next(words: ["offsite", "list", "nowhere"], status: 64),
        Next(words: ["offsite", "fetch", "nowhere", "set", "--into", "out"], status: 64),
    ]

    private static let all =
        backups.map { Next(words: ["backups"] + $0.words, status: $0.status) } + [
            Next(words: ["run", "check"]), Next(words: ["daemon"], lasts: true),
        ]

    @Test("a restore that was killed at any step is settled by the next command, whichever it is", arguments: all)
    func settles(next: Next) async throws {
        let instance = try await TestInstance(users: 200)
        defer { instance.end() }
        try instance.schedule("check", "checklist: check\nservice: api\ntasks: [{task: check, plugin: integrity}]")
        try await instance.shell("mkdir old")
        var contents: [String: Contents] = [:]
        for _ in 0..<2 {
            try instance.change()
            contents[try await instance.backUp(tier: "manual")] = try instance.live
        }
        // One that went through, for 'undo'.
        try await instance.demand("backups", "restore", try other(in: contents, instance), "--yes")
        let phase = try await cut(contents, instance)

        let program = try instance.start(next.words)
        if next.lasts {
            try await until("it is settled after \(phase)") {
                // Before its first line it has not begun to listen to signals.
                try instance.openRestores().isEmpty && program.errors.contains("watching")
            }
            program.signal(SIGTERM)
        }
        let ending = try await program.wait()
        #expect(ending.status == next.status, "\(phase): \(ending)")
        #expect(ending.errors.hasPrefix("ronde: the restore "), "not before its own work: \(phase): \(ending)")
        #expect(ending.errors.contains("had been cut short"), "\(phase): \(ending)")
        #expect(try instance.openRestores().isEmpty, "\(phase): \(ending)")
        let found = try instance.live
        #expect(contents.values.contains(found) && found.check == ["ok"], "\(found) after \(phase): \(ending)")
        let left = instance.names(in: "api").filter { $0.hasSuffix(".new") }
        #expect(left.isEmpty, "\(left) after \(phase)")
    }

    private func other(in contents: [String: Contents], _ instance: TestInstance) throws -> String {
        let live = try instance.live
        return try #require(contents.first { $0.value != live }?.key)
    }

    /// Kills a restore when its record says that it has come to some step, and tells in which it was left.
    private func cut(_ contents: [String: Contents], _ instance: TestInstance) async throws -> String {
        let steps = ["preparing", "stopping", "securing", "swapping", "swapped"]
        for _ in 0..<40 {
            let wanted = Int.random(in: 0..<steps.count)
            let earlier = Set(instance.names(in: "state/restores"))
            let restore = try instance.start(["backups", "restore", try other(in: contents, instance), "--yes"])
            try await until("the restore has come to '\(steps[wanted])'") {
                let phase = try instance.restorePhases().first { !earlier.contains($0.key) }?.value
                return phase.map { (steps.firstIndex(of: $0) ?? steps.count) >= wanted } ?? false
            }
            restore.signal(SIGKILL)
            _ = try await restore.wait()
            if let open = try instance.openRestores().first { return open }
        }
        throw NeverCameTrue(what: "a restore that was cut short")
    }
}

extension TestInstance {
    /// How far each restore has come, by its id.
    func restorePhases() throws -> [String: String] {
        var phases: [String: String] = [:]
        for name in names(in: "state/restores") {
            let path = "\(folder)/state/restores/\(name)/restore.json"
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            let record = try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
            phases[name] = record?["phase"] as? String ?? "none"
        }
        return phases
    }

    /// The restores that are not over, each with its phase.
    func openRestores() throws -> [String] {
        try restorePhases().filter { !["restored", "returned", "abandoned"].contains($0.value) }
            .map { "\($0.key): \($0.value)" }
    }
}
