import Foundation
import Testing

/// Backups of a database that lost much, that is damaged, or that were damaged themselves.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DoubtfulBackupTests {
    /// An instance with a good set and seven older ones, of which four days would stay.
    private func instance() async throws -> (TestInstance, good: String) {
        let instance = try await TestInstance()
        try instance.configure(
            url: "http://127.0.0.1:9",
            alsoBackups: ", adopted: [{folder: old, keep_daily: 4, keep_weekly: 0, keep_monthly: 0}]")
        try await instance.makeOldBackups(days: 7)
        try await instance.demand("backups", "adopt", "old")
        return (instance, try await instance.backUp())
    }

    private func nothingIsPruned(_ instance: TestInstance) async throws {
        let before = try await instance.listing()
        #expect(before.hold != nil)
        try await instance.demand("backups", "prune", "--yes")
        #expect(try await instance.listing().sets.map(\.set) == before.sets.map(\.set))
        #expect(instance.names(in: "old").filter { $0.hasSuffix(".gz") }.count == 7)
    }

    @Test("a set with a tenth of the rows does not count until a person accepts it")
    func anomaly() async throws {
        let (instance, good) = try await instance()
        defer { instance.end() }
        try instance.change("DELETE FROM users WHERE id > 50")
        let backup = try await instance.demand("plugins", "run", "backup", status: 2)
        #expect((backup.output + backup.errors).contains("ronde backups accept"), "\(backup)")
        let doubtful = try #require(try await instance.listing().sets.first)
        #expect(!doubtful.counts && doubtful.rows == 50 && doubtful.whyNot?.contains("500") == true)
        try await nothingIsPruned(instance)
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        #expect((plan["source"] as? [String: Any])?["name"] as? String == good)
        #expect(try await instance.object("backups", "show", "latest", "--json")["set"] as? String == good)
        try await instance.demand("backups", "verify")

        try await instance.demand("backups", "accept", doubtful.set, "--note", "old accounts were deleted")
        let listing = try await instance.listing()
        #expect(listing.hold == nil && listing.sets.allSatisfy { $0.counts })
        try await instance.demand("plugins", "run", "backup")
        try await instance.demand("backups", "prune", "--yes")
        #expect(instance.names(in: "old").filter { $0.hasSuffix(".gz") }.count == 4)
    }

    @Test("the safety copy of a restore is neither the newest backup nor what later ones are measured by")
    func safetyCopy() async throws {
        let (instance, good) = try await instance()
        defer { instance.end() }
        try instance.change("DELETE FROM users WHERE id > 50")
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live.rows == 500)
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        #expect((plan["source"] as? [String: Any])?["name"] as? String == good)
        try instance.change("DELETE FROM users WHERE id > 40")
        let backup = try await instance.start(["plugins", "run", "backup"]).wait()
        let sets = try await instance.listing().sets.map(\.set)
        #expect(backup.status == 2, "\(backup)")
        #expect(sets.contains(good))
    }

    @Test("a backup of a damaged database goes to quarantine, and nothing is pruned")
    func quarantine() async throws {
        let (instance, good) = try await instance()
        defer { instance.end() }
        let rows = try instance.live
        try instance.damage(instance.database, at: 3 * 4096 + 16, 30_000)
        let backup = try await instance.demand("plugins", "run", "backup", status: 2)
        #expect((backup.output + backup.errors).contains(good + ".db.gz"), "\(backup)")
        let listing = try await instance.listing()
        #expect(listing.quarantined.count == 1 && listing.sets.first?.set == good)
        try await nothingIsPruned(instance)
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live == rows)
        try await instance.demand("plugins", "run", "backup")
        #expect(try await instance.listing().hold == nil)
    }

    @Test("a bit that flipped in a stored set is found, and the set is not used", arguments: ["drill", "verify"])
    func flippedBit(verb: String) async throws {
        let (instance, good) = try await instance()
        defer { instance.end() }
        try instance.flipBit(of: "\(instance.backups)/\(good).db.gz")
        let rows = try instance.live
        let found = try await instance.object("backups", verb, "latest", "--json", status: 2)
        let entry = try #require((found["\(verb == "drill" ? "drills" : "sets")"] as? [[String: Any]])?.first)
        #expect(entry["set"] as? String == good)
        if verb == "drill" { #expect(entry["outcome"] as? String == "failed") }
        if verb == "verify" { #expect((entry["faults"] as? [String])?.isEmpty == false) }
        // Nobody may be given it by mistake, whatever is known of it.
        try await instance.demand("backups", "restore", good, "--yes", status: 2)
        #expect(try instance.live == rows)
        let listing = try await instance.listing()
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        #expect(listing.sets.first { $0.set == good }?.counts == false)
        #expect((plan["source"] as? [String: Any])?["name"] as? String == "test_20260107.db.gz")
        // A sound backup makes all well again.
        let next = try await instance.backUp()
        let after = try await instance.object("backups", "restore", "--plan", "--json")
        #expect((after["source"] as? [String: Any])?["name"] as? String == next)
    }
}
