import Backups
import DurableFiles
import Foundation
import SystemPackage
import Testing

@Suite("Pruning that must not happen")
struct PruningHoldTests {
    private func fortnight() async throws -> CraftedSets {
        let crafted = try await CraftedSets(Scratch())
        for day in 10...23 { try crafted.make("2025-12-\(day)T01:00:00Z") }
        return crafted
    }

    private let now = "2025-12-23T02:00:00Z"

    @Test("a copy in quarantine that is newer than every verified set stops it, and the last good one is named")
    func quarantine() async throws {
        let crafted = try await fortnight()
        let folder = crafted.folder.appending("quarantine")
        try Folder.create(folder)
        let record = QuarantineRecord(
            instant: try instant("2025-12-23T01:30:00Z"), service: "api", database: "main", source: "/srv/test.db",
            findings: ["row 7 missing"], reason: "the database is damaged")
        let path = folder.appending("test_20251223_023000.json")
        try DurableFile.write(record.encoded(timeZone: paris), to: path, permissions: .ownerReadWrite)
        try DurableFile.write(
            [1], to: folder.appending("test_20251223_023000.db.gz"), permissions: .ownerReadWrite)
        let plan = try crafted.pruning(keep: 7).execute(now: instant(now))
        let hold = try #require(plan.hold?.description)
        #expect(plan.removed.isEmpty && plan.kept.count == 14)
        #expect(hold.contains("test_20251223_023000.db.gz' (the database is damaged)"), "\(hold)")
        #expect(hold.contains("The last verified backup is '\(crafted.folder)/test_20251223_020000.db.gz'"), "\(hold)")
        #expect(plan.kept[7].reason.hasPrefix("would go (older than the last 7 days"), "\(plan.kept[7].reason)")
        #expect(try crafted.inventory().quarantined.map(\.findings) == [["row 7 missing"]])
        // Of another tier's folder it counts too; and a newer good set ends it.
        let elsewhere = crafted.scratch.path("weekly")
        try Folder.create(elsewhere)
        try DurableFile.rename(folder, to: elsewhere.appending("quarantine"))
        let places = [BackupPlace(tier: .weekly, folder: elsewhere)]
        #expect(try crafted.pruning(keep: 7, places: places).plan(now: instant(now)).hold != nil)
        try crafted.make("2025-12-23T01:45:00Z")
        #expect(try crafted.pruning(keep: 7, places: places).execute(now: instant(now)).removed.count == 8)
    }

    @Test("a copy in quarantine without a readable record counts by its file's time")
    func quarantineWithoutRecord() async throws {
        let crafted = try await fortnight()
        let folder = crafted.folder.appending("quarantine")
        try Folder.create(folder)
        try runProgram("touch", ["-d", "2025-12-30", folder.appending("test_20251230_020000.db.gz").string])
        try DurableFile.write([1], to: folder.appending("test_20251230_020000.json"), permissions: .ownerReadWrite)
        #expect(try crafted.pruning(keep: 7).plan(now: instant(now)).hold != nil)
        try runProgram("touch", ["-d", "2025-12-01", folder.appending("test_20251230_020000.db.gz").string])
        #expect(try crafted.pruning(keep: 7).plan(now: instant(now)).hold == nil)
    }

    @Test("a suspicious set stops it until someone accepts it, and does not count")
    func anomaly() async throws {
        let crafted = try await fortnight()
        let name = try crafted.make("2025-12-23T01:45:00Z") {
            $0.anomalies = [Anomaly(what: "rows of users", before: 45_000, after: 3)]
        }
        let plan = try crafted.pruning(keep: 7).execute(now: instant(now))
        let hold = try #require(plan.hold?.description)
        #expect(hold.contains("rows of users: 45000 before, 3 now") && hold.contains("accept \(name)"), "\(hold)")
        #expect(plan.removed.isEmpty)
        #expect(try crafted.inventory().newestVerified?.set.name.description == "test_20251223_020000")
        let accepted = try crafted.inventory().accept(name, note: "cleaned\nup", now: instant(now))
        #expect(accepted.map(\.counts) == [true] && accepted[0].acceptance?.note == "cleaned up")
        #expect(try crafted.pruning(keep: 7).execute(now: instant(now)).removed.count == 8)
        #expect(throws: BackupError.self) {
            try crafted.inventory().accept("test_20251223_020000", note: "", now: instant(now))
        }
    }

    @Test("a set whose last drill failed neither counts nor goes")
    func failedDrill() async throws {
        let crafted = try await fortnight()
        let failed = FolderRecord.Proof(at: try instant(now), outcome: .failed, detail: "no rows", seconds: 1)
        for name in ["test_20251223_020000", "test_20251210_020000"] {
            _ = try crafted.inventory().note(failed, of: name)
        }
        let done = try crafted.pruning(keep: 1).execute(now: instant(now))
        let kept = done.kept.map { "\($0.set.name)" }
        #expect(kept == ["test_20251223_020000", "test_20251222_020000", "test_20251210_020000"])
        #expect(done.kept[0].reason.contains("failed: no rows"))
        let ok = FolderRecord.Proof(at: try instant("2025-12-23T03:00:00Z"), outcome: .ok, seconds: 1)
        let mended = try crafted.inventory().note(ok, of: kept[0])
        #expect(mended[0].counts && mended[0].provenAt == ok.at)
    }

    @Test("a damaged record of pins stops it, but not lists and restores")
    func damagedRecord() async throws {
        let crafted = try await fortnight()
        let path = crafted.folder.appending(FolderRecord.fileName)
        for text in ["", "{}", #"{"format":2}"#, #"{"format":1,"pins":{"a":3}}"#, "\u{0}\u{1}"] {
            try DurableFile.write(Array(text.utf8), to: path, permissions: .ownerReadWrite)
            let plan = try crafted.pruning(keep: 1).execute(now: instant(now))
            #expect(plan.removed.isEmpty && plan.hold?.description.contains("is damaged") == true)
            #expect(try crafted.inventory().set(matching: "latest").instant == instant("2025-12-23T01:00:00Z"))
            #expect(throws: BackupError.self) {
                try crafted.inventory().pin("latest", note: "", now: instant(now))
            }
            #expect(String(decoding: try DurableFile.read(path, limit: 100), as: UTF8.self) == text)
        }
    }

    // MARK: The clock

    @Test("a clock that jumped a year ahead deletes nothing until someone confirms it, and then goes on")
    func jumpAhead() async throws {
        let crafted = try await fortnight()
        #expect(try crafted.pruning(keep: 13).execute(now: instant(now)).removed.count == 1)
        let later = try instant("2026-12-23T02:00:00Z")
        // Without a new set, with one, and with the next day's.
        #expect(try crafted.pruning(keep: 1).execute(now: later).hold != nil)
        for day in 23...24 {
            try crafted.make("2026-12-\(day)T01:00:00Z")
            let plan = try crafted.pruning(keep: 1).execute(now: instant("2026-12-\(day)T02:00:00Z"))
            let hold = try #require(plan.hold?.description)
            #expect(hold.contains("ronde backups prune --confirm-clock") && hold.contains("2025-12-23"), "\(hold)")
            #expect(plan.removed.isEmpty)
        }
        let confirmed = try crafted.pruning(keep: 3, confirmed: true).execute(now: instant("2026-12-24T02:00:00Z"))
        #expect(confirmed.removed.count == 12)
        try crafted.make("2026-12-25T01:00:00Z")
        let after = try crafted.pruning(keep: 3).execute(now: instant("2026-12-25T02:00:00Z"))
        #expect(after.hold == nil && after.removed.count == 1)
    }

    @Test("a clock that was stepped back deletes nothing either, and can be confirmed")
    func stepBack() async throws {
        let crafted = try await fortnight()
        _ = try crafted.pruning(keep: 14).execute(now: instant(now))
        let earlier = try instant("2025-12-15T02:00:00Z")
        #expect(try crafted.pruning(keep: 1).execute(now: earlier).hold != nil)
        let confirmed = try crafted.pruning(keep: 1, confirmed: true).execute(now: earlier)
        // Those later than the clock stay uncounted.
        #expect(confirmed.removed.count == 5)
        let next = try crafted.pruning(keep: 1).execute(now: instant("2025-12-15T04:00:00Z"))
        #expect(next.hold == nil && next.removed.isEmpty && next.kept.count == 9)
    }

    @Test("a set from the future stops it before anything was ever pruned")
    func future() async throws {
        let crafted = try await fortnight()
        try crafted.make("2031-01-01T01:00:00Z")
        #expect(try crafted.pruning(keep: 1).execute(now: instant(now)).hold != nil)
        #expect(try crafted.pruning(keep: 1, confirmed: true).execute(now: instant(now)).removed.count == 13)
        #expect(try crafted.pruning(keep: 1).execute(now: instant(now)).hold == nil)
    }

    @Test("a monthly tier, one with two months missed, a new folder and a clock put right by NTP are nothing to doubt")
    func normal() async throws {
        let crafted = try await CraftedSets(Scratch())
        #expect(try crafted.pruning(keep: 1).execute(now: instant("2024-12-20T02:00:00Z")).hold == nil)
        for month in ["01", "02", "03", "04", "06", "09", "12"] {
            try crafted.make("2025-\(month)-01T01:00:00Z")
            if month == "04" { continue }
            let now = try instant("2025-\(month)-01T01:00:00Z").addingTimeInterval(month == "06" ? -30 : 60)
            if month == "09" || month == "12" {
                // 92 and 91 days: just too long.
                #expect(try crafted.pruning(keep: 99).plan(now: now).hold != nil)
                _ = try crafted.pruning(keep: 99, confirmed: true).execute(now: now)
            } else {
                #expect(try crafted.pruning(keep: 99).execute(now: now).hold == nil, "\(month)")
            }
        }
    }
}
