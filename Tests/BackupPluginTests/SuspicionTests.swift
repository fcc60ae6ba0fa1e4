import Backups
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

@Suite("The backup plugin and a database that goes bad")
struct SuspicionTests {
    private func day(_ number: Int) -> Date {
        // 2025-12-01T01:00:00Z
        Date(timeIntervalSince1970: 1_764_550_800 + Double(number) * 86_400)
    }

    /// The daily backup, and the weekly one on the seventh day.
    private func runs(_ site: Site, _ number: Int) async -> [PluginRun] {
        var runs = [await site.run(["tier": .string("daily"), "keep": .integer(3)], at: day(number))]
        if number % 7 == 0 {
            runs.append(await site.run(["tier": .string("weekly"), "keep": .integer(2)], at: day(number)))
        }
        return runs
    }

    private func identity(_ site: Site) -> BackupIdentity {
        BackupIdentity(service: "api", database: "main", file: site.database)
    }

    @Test("after 30 days of a damaged database every set that was there is there still, and each day names the last")
    func damagedForAMonth() async throws {
        let site = try Site()
        for number in 0..<8 { for run in await runs(site, number) { #expect(run.result.outcome == .ok) } }
        let good = try site.names("backups").filter { $0.hasPrefix("test_") }
        let last = try #require(good.last { $0.hasSuffix(".gz") })
        let weekly = try site.names("backups/weekly")
        try shell("dd if=/dev/urandom of='\(site.database)' bs=4096 seek=5 count=9 conv=notrunc 2>&1")
        for number in 8..<38 {
            for run in await runs(site, number) {
                #expect(run.result.outcome == .critical)
                #expect(run.result.summary.contains(last) || run.result.summary.contains("weekly/"))
                #expect(run.result.summary.contains("Nothing was pruned"))
            }
            // Pruning by other means is held up too.
            for (tier, folder) in [(Tier.daily, "backups"), (.weekly, "backups/weekly")] {
                let places = [
                    BackupPlace(tier: .daily, folder: site.folder.appending("backups")),
                    BackupPlace(tier: .weekly, folder: site.folder.appending("backups/weekly")),
                ]
                let place = BackupPlace(tier: tier, folder: site.folder.appending(folder))
                let plan = try Pruning(
                    PruningRequest(
                        identity: identity(site), target: .tier(place, keep: 1), timeZone: .gmt, places: places)
                ).execute(now: day(number))
                #expect(plan.removed.isEmpty && plan.hold != nil)
            }
        }
        #expect(try Set(good).isSubset(of: site.names("backups")))
        #expect(try Set(weekly).isSubset(of: site.names("backups/weekly")))
        let copies = try QuarantinedCopy.all(below: site.folder.appending("backups"), of: identity(site))
        #expect(copies.count == 3 && copies.allSatisfy { !$0.findings.isEmpty })
        #expect(copies[0].instant == day(37))
    }

    @Test("an emptied table is critical every day until it is accepted, and nothing is pruned meanwhile")
    func anomaly() async throws {
        let site = try Site()
        for number in 0..<4 { _ = await runs(site, number) }
        try runSQL("DELETE FROM users WHERE id > 12", on: site.database)
        let before = try site.names("backups").filter { $0.hasSuffix(".gz") }
        for number in 4..<7 {
            let run = await site.run(["tier": .string("daily"), "keep": .integer(1)], at: day(number))
            #expect(run.result.outcome == .critical)
            for words in [
                "rows fell from 1,500 to 12", "nothing was pruned", "ronde backups accept test_", "_20251204_",
            ] {
                #expect(run.result.summary.contains(words), "\(run.result.summary)")
            }
        }
        let after = try site.names("backups").filter { $0.hasSuffix(".gz") }
        #expect(Set(before).isSubset(of: after) && after.count == before.count + 3)
        try FolderRecord.update(site.folder.appending("backups")) { record in
            for name in after.suffix(3) {
                record.acceptances["\(name.dropLast(6))"] = .init(at: day(7), note: "users moved")
            }
        }
        let run = await site.run(["tier": .string("daily"), "keep": .integer(1)], at: day(8))
        #expect(run.result.outcome == .ok && run.result.summary.contains("removed"), "\(run.result.summary)")
    }

    @Test("a share of its own decides what is suspicious")
    func share() async throws {
        let site = try Site()
        _ = await site.run(["tier": .string("daily")], at: day(0))
        try runSQL("DELETE FROM users WHERE id > 1300", on: site.database)
        let run = await site.run(["tier": .string("daily"), "largest_fall": .string("10%")], at: day(1))
        #expect(run.result.outcome == .critical && run.logs.contains("rows fell from 1,500 to 1,300"))
    }
}
