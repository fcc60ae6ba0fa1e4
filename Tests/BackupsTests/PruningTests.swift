import Backups
import DurableFiles
import Foundation
import SystemPackage
import Testing

@Suite("Pruning and tidying up")
struct PruningTests {
    private func pruning(_ scratch: Scratch, _ tier: Tier = .daily, keep: Int, shared: Set<Tier> = []) -> Pruning {
        Pruning(
            place: BackupPlace(tier: tier, folder: scratch.path("\(tier.rawValue)")),
            identity: scratch.request().identity, keep: keep, timeZone: paris, tiersInFolder: shared)
    }

    private func make(_ request: BackupRequest, days: ClosedRange<Int>) async throws -> [BackupSet] {
        var sets: [BackupSet] = []
        for day in days {
            sets += try await BackupMaker(request, now: clock("2025-12-\(day)T01:00:00Z")).make().sets
        }
        return sets
    }

    @Test("removes exactly what the plan says, and no file of another database")
    func exact() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        try scratch.makeDatabase("test_users.db")
        _ = try await make(scratch.request(), days: 10...13)
        var foreign = scratch.request(database: "test_users.db")
        foreign.identity = BackupIdentity(service: "api", database: "users", stem: "test_users")
        foreign.places[0] = BackupPlace(tier: .daily, folder: scratch.path("daily"))
        _ = try await make(foreign, days: 10...11)
        var sameStem = scratch.request()
        sameStem.identity = BackupIdentity(service: "other", database: "main", stem: "test")
        _ = try await make(sameStem, days: 10...10)
        let now = try instant("2025-12-13T02:00:00Z")
        let before = try scratch.state("daily")
        let plan = try pruning(scratch, keep: 2).plan(now: now)
        #expect(try scratch.state("daily") == before)
        #expect(plan.removed.map(\.set.title) == ["test_20251211_020000.db.gz", "test_20251210_020000.db.gz"])
        let done = try pruning(scratch, keep: 2).execute(now: now)
        #expect(done == plan && done.hold == nil)
        #expect(
            try scratch.names("daily").filter { $0.hasSuffix(".gz") } == [
                "test_20251210_020000_2.db.gz", "test_20251212_020000.db.gz", "test_20251213_020000.db.gz",
                "test_users_20251210_020000.db.gz", "test_users_20251211_020000.db.gz",
            ])
        #expect(try scratch.names("daily").count == 10)
    }

    @Test("the file of a linked set stays in the other tier")
    func linked() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        _ = try await make(scratch.request([.weekly, .daily]), days: 14...14)
        _ = try await make(scratch.request(), days: 15...15)
        #expect(try pruning(scratch, keep: 1).execute(now: instant("2025-12-16T00:00:00Z")).removed.count == 1)
        let weekly = try BackupCatalogue.read(scratch.path("weekly"), of: scratch.request().identity)
        #expect(weekly.sets.count == 1 && weekly.problems.isEmpty)
    }

    @Test("in a folder that two tiers share, each prunes only its own sets, and none that serves both")
    func sharedFolder() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var weekly = scratch.request([.weekly])
        weekly.places[0] = BackupPlace(tier: .weekly, folder: scratch.path("daily"))
        _ = try await make(weekly, days: 10...10)
        var both = weekly
        both.places.append(BackupPlace(tier: .daily, folder: scratch.path("daily")))
        _ = try await make(both, days: 11...11)
        _ = try await make(scratch.request(), days: 12...14)
        let done = try pruning(scratch, keep: 1, shared: [.daily, .weekly])
            .execute(now: instant("2025-12-15T00:00:00Z"))
        #expect(done.removed.map { "\($0.set.name)" } == ["test_20251213_020000", "test_20251212_020000"])
        let names = try BackupCatalogue.read(scratch.path("daily"), of: weekly.identity).sets.map { "\($0.name)" }
        #expect(names == ["test_20251210_020000", "test_20251211_020000", "test_20251214_020000"])
    }

    @Test("an export goes with the last set that names it")
    func exports() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request([.monthly])
        request.exportsSQL = true
        for time in ["2025-11-01T01:00:00Z", "2025-12-01T01:00:00Z", "2025-12-02T01:00:00Z"] {
            _ = try await BackupMaker(request, now: clock(time)).make()
        }
        let now = try instant("2025-12-03T00:00:00Z")
        _ = try pruning(scratch, .monthly, keep: 2).execute(now: now)
        #expect(try scratch.names("monthly").filter { $0.contains("sql") }.count == 2)
        _ = try pruning(scratch, .monthly, keep: 1).execute(now: now)
        #expect(
            try scratch.names("monthly") == [
                "backup_202512.sql.gz", "test_20251202_020000.db.gz", "test_20251202_020000.json",
            ])
    }

    @Test("manual sets are never pruned")
    func manual() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        _ = try await make(scratch.request([.manual]), days: 10...12)
        let done = try pruning(scratch, .manual, keep: 1).execute(now: instant("2025-12-13T00:00:00Z"))
        #expect(done.removed.isEmpty && done.hold == nil)
        #expect(try scratch.names("manual").count == 6)
    }

    /// Each row: what a process killed at that step leaves, and whether the set is there after the next backup.
    @Test(
        "a removal or a publishing that was cut off at any step is brought to its end",
        arguments: [
            ("removal, manifest hidden", "mv $S.json .$S.json.removing", false),
            ("removal, data gone", "mv $S.json .$S.json.removing; rm $S.db.gz", false),
            ("removal, all gone but the mark", "cp $S.json .$S.json.removing; rm $S.json $S.db.gz", false),
            ("publishing, nothing named", "mv $S.json .$S.json.pending; rm $S.db.gz", false),
            ("publishing, data named", "mv $S.json .$S.json.pending", true),
            (
                "publishing, data linked but its first name still there",
                "mv $S.json .$S.json.pending; ln $S.db.gz .$S.db.gz.tmp-1-0123456789abcdef", true
            ),
            (
                "publishing, other data of that name",
                "mv $S.json .$S.json.pending; printf x | dd of=$S.db.gz bs=1 seek=99 conv=notrunc", false
            ),
            ("a mark that is no manifest", ": > .$S.json.pending; : > .$S.json.removing", true),
            ("a mark beside a whole set", "cp $S.json .$S.json.removing; cp $S.json .$S.json.pending", true),
        ])
    func interrupted(_ name: String, _ command: String, stays: Bool) async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        _ = try await make(scratch.request(), days: 10...10)
        let script = "cd '\(scratch.path("daily"))' && S=test_20251210_020000 && \(command)"
        try runProgram("sh", ["-c", script])
        let result = try await BackupMaker(scratch.request(), now: clock("2025-12-11T01:00:00Z")).make()
        #expect(!result.notes.isEmpty)
        let sets = try BackupCatalogue.read(scratch.path("daily"), of: scratch.request().identity)
        #expect(sets.sets.map { "\($0.name)" } == (stays ? ["test_20251210_020000"] : []) + ["test_20251211_020000"])
        #expect(try scratch.names("daily").filter { $0.hasPrefix(".") }.isEmpty)
        let isStrange = name.hasPrefix("publishing, other data")
        #expect(sets.problems.map(\.kind) == (isStrange ? [.noManifest] : []))
    }

    @Test("many backups into one folder at once all end as sets of their own")
    func concurrent() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let request = scratch.request([.daily, .weekly])
        let now = try clock("2025-12-16T01:00:00Z")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    var request = request
                    if number.isMultiple(of: 2) { request.places.reverse() }
                    _ = try await BackupMaker(request, now: now).make()
                }
            }
            try await group.waitForAll()
        }
        for folder in ["daily", "weekly"] {
            let catalogue = try BackupCatalogue.read(scratch.path(folder), of: request.identity)
            #expect(catalogue.sets.count == 6 && catalogue.problems.isEmpty)
            #expect(try scratch.names(folder).count == 12)
        }
    }
}
