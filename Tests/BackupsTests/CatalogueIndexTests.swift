import Backups
import DurableFiles
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("The index of a folder of backups")
struct CatalogueIndexTests {
    /// A folder of 60 sets that has an index, and what a reading without it says.
    private func indexed() async throws -> (CraftedSets, BackupCatalogue) {
        let crafted = try await CraftedSets(Scratch())
        for hour in 0..<60 {
            try crafted.make(Date(timeIntervalSince1970: 1_790_000_000 + Double(hour) * 3_600)) { manifest in
                if hour == 7 {
                    manifest.anomalies = [Anomaly(what: "rows", before: 9, after: -1)]
                    manifest.export = nil
                    manifest.tiers = [.daily, .weekly]
                    manifest.service = "api"
                }
            }
        }
        let plain = try crafted.catalogue()
        // Too young to be trusted, the files must look older than they are.
        try age(crafted)
        #expect(try crafted.catalogue() == plain)
        try await settle(crafted)
        return (crafted, plain)
    }

    private func age(_ crafted: CraftedSets) throws {
        try runProgram("sh", ["-c", "cd '\(crafted.folder)' && rm -f .backups.index && touch -d '1 day ago' *"])
    }

    /// Waits until the change times of the files are old enough for the index, and has it written.
    private func settle(_ crafted: CraftedSets) async throws {
        try await waitUntil {
            try DurableFile.remove(crafted.folder.appending(".backups.index"))
            _ = try crafted.catalogue()
            return try DurableFile.read(crafted.folder.appending(".backups.index"), limit: 1 << 20).count > 60 * 100
        }
    }

    private func waitUntil(_ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(20)
        while try !condition() {
            guard ContinuousClock.now < end else { throw TestFailure(description: "it never came") }
            await Task.yield()
        }
    }

    @Test("says what the manifests say, and what changes is seen at once")
    func changes() async throws {
        let (crafted, plain) = try await indexed()
        #expect(plain.sets.count == 60 && plain.problems.isEmpty)
        #expect(try crafted.catalogue() == plain)
        let titles = plain.sets.map(\.manifestPath)
        // Same size, other content; in place, and by a rename.
        try runProgram("sed", ["-i", "s/\"rows\" : 1/\"rows\" : 7/", titles[3].string])
        try runProgram("sh", ["-c", "printf 9 | dd of='\(titles[4])' bs=1 seek=2 conv=notrunc"])
        try DurableFile.remove(titles[5])
        try DurableFile.remove(plain.sets[6].filePaths[0])
        try runProgram("truncate", ["-s", "5", plain.sets[8].filePaths[0].string])
        try crafted.make("2026-12-24T12:00:00Z")
        let now = try crafted.catalogue()
        #expect(now.sets.count == 57)
        #expect(now.sets.first { $0.manifestPath == titles[3] }?.summary.rows == 7)
        #expect(Set(now.problems.map(\.path)) == [titles[4], titles[6], titles[8], plain.sets[5].filePaths[0]])
        #expect(now.sets.last?.name.description == "test_20261224_130000")
        try DurableFile.remove(crafted.folder.appending(".backups.index"))
        #expect(try crafted.catalogue() == now)
    }

    @Test(
        "that is damaged, cut short, empty or a folder is passed over and written anew",
        arguments: [
            "printf x | dd of=.backups.index bs=1 seek=3000 conv=notrunc", "truncate -s 5000 .backups.index",
            ": > .backups.index", "rm .backups.index; mkdir .backups.index",
            "head -c 30000 /dev/urandom > .backups.index",
            "head -c 54 .backups.index > x; mv x .backups.index",
        ])
    func damaged(_ command: String) async throws {
        let (crafted, plain) = try await indexed()
        try runProgram("sh", ["-c", "cd '\(crafted.folder)' && \(command)"])
        #expect(try crafted.catalogue() == plain)
        #expect(try crafted.catalogue() == plain)
    }

    @Test("serves several databases in one folder")
    func stems() async throws {
        let (crafted, plain) = try await indexed()
        for hour in 0..<40 {
            try crafted.make(Date(timeIntervalSince1970: 1_790_000_000 + Double(hour) * 3_600), stem: "test_2")
        }
        let other = BackupIdentity(service: "api", database: "main", stem: "test_2")
        try await waitUntil {
            _ = try BackupCatalogue.read(crafted.folder, of: other)
            return try DurableFile.read(crafted.folder.appending(".backups.index"), limit: 1 << 20).count > 100 * 100
        }
        #expect(try BackupCatalogue.read(crafted.folder, of: other).sets.count == 40)
        #expect(try crafted.catalogue().sets == plain.sets)
    }

    @Test("is not written where nothing may be written", .enabled(if: geteuid() != 0 || canMount()))
    func readOnly() async throws {
        let crafted = try await CraftedSets(Scratch())
        for hour in 0..<40 { try crafted.make(Date(timeIntervalSince1970: 1_790_000_000 + Double(hour) * 3_600)) }
        let path = crafted.folder.string
        let asRoot = geteuid() == 0
        try runProgram(
            "sh",
            [
                "-c",
                asRoot
                    ? "mount --bind '\(path)' '\(path)' && mount -o remount,ro,bind '\(path)'" : "chmod 500 '\(path)'",
            ])
        defer { _ = try? runProgram("sh", ["-c", asRoot ? "umount '\(path)'" : "chmod 700 '\(path)'"]) }
        #expect(try crafted.catalogue().sets.count == 40)
        #expect(try crafted.pruning(keep: 1).plan(now: instant("2026-09-24T00:00:00Z")).removed.count > 1)
        #expect(throws: (any Error).self) { try crafted.pruning(keep: 1).execute(now: instant("2026-09-24T00:00:00Z")) }
        #expect(try scratchNames(crafted).count == 80)
    }

    private func scratchNames(_ crafted: CraftedSets) throws -> [String] { try Folder.entries(of: crafted.folder) }

    @Test("small folders have none")
    func small() async throws {
        let crafted = try await CraftedSets(Scratch())
        for day in 10...20 { try crafted.make("2025-12-\(day)T01:00:00Z") }
        #expect(try crafted.catalogue().sets.count == 11)
        #expect(try Folder.entries(of: crafted.folder).count == 22)
    }
}
