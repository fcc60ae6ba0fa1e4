import Foundation
import GRDB
import Glibc
import Testing

/// `kill -9` of what makes, removes and repairs: no half set is listed, no good one is lost.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct BackupKillTests {
    /// How long a command takes that nothing disturbs.
    private func time(of words: [String], in instance: TestInstance) async throws -> Duration {
        let start = ContinuousClock.now
        let ending = try await instance.start(words).wait()
        #expect(ending.status == 0, "\(ending)")
        return ContinuousClock.now - start
    }

    /// Ends the program, and no other, at some moment of its usual time.
    private func kill(_ words: [String], in instance: TestInstance, within usual: Duration) async throws -> String {
        let program = try instance.start(words)
        try await Task.sleep(for: usual * Double.random(in: 0...1.1))
        program.signal(SIGKILL)
        let ending = try await program.wait()
        try await until("no process is left", atMost: .seconds(15)) { instance.processes().isEmpty }
        return "\(ending)"
    }

    @Test("a backup that is killed leaves whole sets only, and nothing in the way of the next")
    func backup() async throws {
        let instance = try await TestInstance(users: 5000)
        defer { instance.end() }
        let words = ["plugins", "run", "backup", "--with", "tier=manual"]
        let all = try instance.live
        let good = try await instance.backUp()
        let usual = try await time(of: words, in: instance)
        for round in 0..<Rounds.kills {
            let before = Set(try await instance.listing().sets.map(\.set))
            let killed = try await kill(words, in: instance, within: usual)
            let listing = try await instance.listing()
            let names = Set(listing.sets.map(\.set))
            #expect(names.isSuperset(of: before) && names.contains(good), "round \(round): \(killed)")
            #expect(listing.sets.allSatisfy { $0.counts && $0.rows == all.rows })
            #expect(listing.hold == nil && listing.quarantined.isEmpty, "\(listing)")
            try await instance.demand("backups", "verify")
            for name in names.subtracting(before) { try await check(name, of: listing, holds: all, in: instance) }
            #expect(try instance.live == all)
        }
        let last = try await instance.backUp(tier: "manual")
        try await check(last, of: try await instance.listing(), holds: all, in: instance)
        let left = instance.names(in: "backups/manual").filter { $0.hasPrefix(".") && $0.contains("test") }
        #expect(left.isEmpty, "\(left)")
        #expect(instance.names(in: "state/scratch").isEmpty)
    }

    private func check(
        _ name: String, of listing: Listing, holds contents: Contents, in instance: TestInstance
    ) async throws {
        let set = try #require(listing.sets.first { $0.set == name })
        let file = try #require(set.files.first)
        let path = try await instance.unpack("\(set.folder)/\(file)").path
        #expect(try instance.contents(at: path) == contents)
    }

    @Test("pruning that is killed has removed sets whole or not at all, and goes on where it was")
    func prune() async throws {
        let instance = try await TestInstance(users: 50)
        defer { instance.end() }
        try instance.configure(
            url: "http://127.0.0.1:9",
            alsoBackups: ", adopted: [{folder: old, keep_daily: 4, keep_weekly: 0, keep_monthly: 0}]")
        try await instance.makeOldBackups(days: 24)
        try await instance.demand("backups", "adopt", "old")
        try await instance.shell("cp -a old spare")
        let words = ["backups", "prune", "--folder", "old", "--keep-daily", "4", "--yes"]
        let kept = (21...24).map { "test_202601\($0).db.gz" }
        let usual = try await time(of: words, in: instance)
        #expect(try await instance.listing().sets.map(\.set).sorted() == kept)
        let after = instance.names(in: "old").filter { !$0.hasPrefix(".") }
        for round in 0..<Rounds.kills {
            try await instance.shell("rm -rf old && cp -a spare old")
            let killed = try await kill(words, in: instance, within: usual)
            let names = Set(try await instance.listing().sets.map(\.set))
            #expect(names.isSuperset(of: kept), "round \(round): \(killed)")
            try await instance.demand("backups", "verify")
            let again = try await instance.start(words).wait()
            #expect(again.status == 0, "\(again)")
            #expect(try await instance.listing().sets.map(\.set).sorted() == kept)
            #expect(instance.names(in: "old").filter { !$0.hasPrefix(".") } == after)
            let left = instance.names(in: "old").filter { $0.hasPrefix(".test") }
            #expect(left.isEmpty, "\(left)")
        }
    }

    @Test("a repair that is killed leaves the damaged file alone, and a whole new file or none")
    func repair() async throws {
        let instance = try await TestInstance(users: 5000)
        defer { instance.end() }
        try await instance.shell("mkdir work && sqlite3 api/test.db '.backup work/damaged.db'")
        let damaged = instance.folder + "/work/damaged.db"
        try instance.damage(damaged, at: 6 * 4096 + 16, 12_000)
        let bytes = FileManager.default.contents(atPath: damaged)
        let words = ["backups", "repair", "work/damaged.db", "--into", "work/new.db"]
        let new = instance.folder + "/work/new.db"
        let usual = try await time(of: words, in: instance)
        let saved = try instance.contents(at: new)
        #expect(saved.check == ["ok"] && saved.rows > 3000)
        for round in 0..<Rounds.kills {
            try FileManager.default.removeItem(atPath: new)
            let killed = try await kill(words, in: instance, within: usual)
            if FileManager.default.fileExists(atPath: new) {
                #expect(try instance.contents(at: new) == saved, "round \(round): \(killed)")
            } else {
                let again = try await instance.start(words).wait()
                #expect(again.status == 0, "\(again)")
                #expect(try instance.contents(at: new) == saved)
            }
            #expect(FileManager.default.contents(atPath: damaged) == bytes)
        }
        try FileManager.default.removeItem(atPath: new)
        #expect(try await instance.start(words).wait().status == 0)
        #expect(instance.names(in: "work") == ["damaged.db", "new.db"])
    }
}
