import Backups
import DurableFiles
import Foundation
import SystemPackage
import Testing

@Suite("Plans, pins and pools")
struct PruningPlanTests {
    private let now = "2025-12-20T02:00:00Z"

    private func crafted() async throws -> CraftedSets {
        let crafted = try await CraftedSets(Scratch())
        for day in 10...19 { try crafted.make("2025-12-\(day)T01:00:00Z") }
        return crafted
    }

    @Test("what is pinned stays, says why, and goes when the pin has expired or is taken off")
    func pins() async throws {
        let crafted = try await crafted()
        let until = try instant("2026-01-31T23:00:00Z")
        _ = try crafted.inventory().pin(
            "test_20251210_020000", note: "before the migration", until: until, now: instant(now))
        _ = try crafted.inventory().pin("\(crafted.folder)/test_20251212_020000.db.gz", note: "", now: instant(now))
        let plan = try crafted.pruning(keep: 2).plan(now: instant(now))
        #expect(
            plan.kept.suffix(2).map(\.reason) == [
                "pinned", "pinned until 2026-02-01T00:00:00+01:00: before the migration",
            ])
        #expect(try crafted.pruning(keep: 2).execute(now: instant(now)) == plan)
        #expect(try crafted.pruning(keep: 2).execute(now: instant("2026-01-31T22:59:00Z")).removed.isEmpty)
        #expect(
            try crafted.pruning(keep: 2).execute(now: until).removed.map { "\($0.set.name)" } == [
                "test_20251210_020000"
            ])
        let unpinned = try crafted.inventory().unpin("test_20251212_020000.json")
        #expect(unpinned.map(\.pin) == [nil])
        #expect(try crafted.pruning(keep: 2).execute(now: until).removed.count == 1)
        // What is noted of sets that are gone is dropped with the next change.
        _ = try crafted.inventory().pin("latest", note: "", now: until)
        #expect(try FolderRecord.read(crafted.folder).pins.keys.sorted() == ["test_20251219_020000"])
    }

    @Test("a set that is not there is an error with the nearest names")
    func selectors() async throws {
        let crafted = try await crafted()
        let inventory = try crafted.inventory()
        let error = try #require(throws: BackupError.self) { try inventory.set(matching: "test_20251219_030000") }
        #expect(error.description == "no backup is named 'test_20251219_030000'; the nearest: test_20251219_020000")
        for text in ["", "/", "..", "\u{0}", "test_", "monthly:latest", "pool:latest", "Latest", "é/ü"] {
            #expect(throws: BackupError.self, "\(text)") { try inventory.set(matching: text) }
        }
        for text in ["latest", "daily:latest", "test_20251219_020000", "test_20251219_020000.db.gz"] {
            #expect(try inventory.set(matching: text).set.name.description == "test_20251219_020000")
        }
        #expect(throws: BackupError.self) { try inventory.set(matching: "/elsewhere/test_20251219_020000.db.gz") }
        for change in [
            { try inventory.unpin("latest") },
            { try inventory.pin("latest", note: "", until: .distantPast, now: Date()) },
        ] {
            #expect(throws: BackupError.self) { try change() }
        }
        try DurableFile.remove(crafted.folder.appending("test_20251219_020000.json"))
        #expect(throws: BackupError.self) { try inventory.pin("latest", note: "", now: Date()) }
        #expect(try FolderRecord.read(crafted.folder) == FolderRecord())
    }

    @Test("a set that is linked into two folders is marked in both")
    func linked() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let request = scratch.request([.daily, .weekly])
        _ = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
        func inventory() throws -> BackupInventory { try BackupInventory.read(request.places, of: request.identity) }
        #expect(try inventory().pin("test_20251216_020000", note: "x", now: Date()).count == 2)
        #expect(try inventory().sets.map { $0.pin?.note } == ["x", "x"])
        let weekly = try inventory().set(matching: scratch.path("weekly/test_20251216_020000.json").string)
        #expect(weekly.set.folder == scratch.path("weekly"))
        #expect(try inventory().set(matching: "latest").set.folder == scratch.path("daily"))
    }

    @Test("a plan is carried out as it was shown, or not at all")
    func planChanged() async throws {
        let crafted = try await crafted()
        let plan = try crafted.pruning(keep: 2).plan(now: instant(now))
        _ = try crafted.inventory().pin("test_20251210_020000", note: "", now: instant(now))
        #expect(throws: BackupError.planChanged(crafted.folder)) { try crafted.pruning(keep: 2).execute(plan) }
        #expect(try crafted.catalogue().sets.count == 10)
        let fresh = try crafted.pruning(keep: 2).plan(now: instant(now))
        #expect(try crafted.pruning(keep: 2).execute(fresh) == fresh)
        #expect(try crafted.catalogue().sets.count == 3)
    }

    @Test("many prunings and markings at once leave what one pruning leaves")
    func concurrent() async throws {
        let crafted = try await crafted()
        let now = try instant(now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        _ = try crafted.pruning(keep: 3).execute(now: now)
                    } else {
                        let name = "test_2025121\(9 - number / 4)_020000"
                        _ = try crafted.inventory().pin(name, note: "\(number)", now: now)
                    }
                }
            }
            try await group.waitForAll()
        }
        let catalogue = try crafted.catalogue()
        #expect(catalogue.sets.count == 3 && catalogue.problems.isEmpty)
        #expect(try FolderRecord.read(crafted.folder).pins.count == 2)
        #expect(try crafted.scratch.names("daily").count == 6)
    }

    @Test("a removal that was cut short is finished by the next pruning")
    func cutShort() async throws {
        let crafted = try await crafted()
        try runProgram(
            "sh", ["-c", "cd '\(crafted.folder)' && mv test_20251211_020000.json .test_20251211_020000.json.removing"])
        let done = try crafted.pruning(keep: 99).execute(now: instant(now))
        #expect(done.notes.count == 1 && done.removed.isEmpty && done.problems.isEmpty)
        #expect(try crafted.scratch.names("daily").count == 18)
    }

    @Test("a tier without a folder has nothing to prune")
    func missing() async throws {
        let scratch = try Scratch()
        let pruning = Pruning(
            place: BackupPlace(tier: .daily, folder: scratch.path("nowhere")), identity: scratch.request().identity,
            keep: 1, timeZone: paris)
        #expect(try pruning.execute(now: Date()).decisions.isEmpty)
        #expect(try FileFacts.of(scratch.path("nowhere"), followingLinks: false) == nil)
    }

    @Test("a full disk keeps nothing from being pruned", .enabled(if: canMount()))
    func fullDisk() async throws {
        let scratch = try Scratch()
        let disk = try SmallDisk(at: scratch.path("daily"), size: "1m")
        defer { disk.unmount() }
        let crafted = try await CraftedSets(scratch)
        for day in 10...19 { try crafted.make("2025-12-\(day)T01:00:00Z") }
        _ = try? runProgram("dd", ["if=/dev/zero", "of=\(scratch.path("daily/filler"))", "bs=4096", "count=999"])
        #expect(try crafted.pruning(keep: 2).execute(now: instant(now)).removed.count == 8)
        #expect(try crafted.catalogue().sets.count == 2)
    }

    @Test("a listing has every key, and null where there is nothing")
    func listing() async throws {
        let crafted = try await crafted()
        _ = try crafted.inventory().pin("latest", note: "n", now: instant(now))
        let inventory = try crafted.inventory()
        let plan = try crafted.pruning(keep: 2).plan(now: instant(now))
        let rows = SetListing.rows(inventory.sets, plans: [plan], now: try instant(now))
        let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(rows))
        let first = try #require((json as? [[String: Any]])?.first)
        #expect(
            first.keys.sorted() == [
                "accepted", "adopted", "age_seconds", "anomalies", "bytes", "counts", "database", "drill", "encryption",
                "export", "files", "folder", "instant", "kept_for", "pin", "retention", "rows", "service", "set",
                "tables", "tiers",
                "uncompressed_bytes", "verified_at", "why_not",
            ])
        #expect(first["why_not"] is NSNull && (first["pin"] as? [String: Any])?["until"] is NSNull)
        #expect(first["age_seconds"] as? Int == 90_000)
        #expect((first["retention"] as? [String: Any])?["reason"] as? String == "newest of 2025-12-19, 1 of 2")
        #expect(rows.map { $0.retention?.keep } == [true, true] + Array(repeating: false, count: 8))
    }
}
