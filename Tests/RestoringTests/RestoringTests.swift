import ControlledServices
import Archiving
import Backups
import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

@testable import Restoring

@Suite("Restoring")
struct RestoringTests {
    /// A database, a set of it, and rows that came later.
    private func prepared(_ scratch: Scratch, journal: String = "wal") async throws -> (KnownSet, [TableContents]) {
        try scratch.makeDatabase(journal: journal)
        let set = try await scratch.backUp()
        let saved = try contents(of: scratch.database)
        try runSQL("INSERT INTO users(name) VALUES ('late'); CREATE TABLE later(x)", on: scratch.database)
        return (set, saved)
    }

    @Test("the plan tells what would be lost, and planning changes nothing", arguments: ["wal", "delete"])
    func plans(_ journal: String) async throws {
        let scratch = try Scratch()
        let (set, _) = try await prepared(scratch, journal: journal)
        let before = try DatabaseStamp.of(scratch.database)
        let planner = RestorePlanner(
            target: scratch.target, service: UncontrolledService(), health: nil, tools: scratch.tools())
        let plan = try await planner.plan(.newest(set))
        #expect(plan.tables.map(\.table) == ["later", "users"])
        #expect(plan.losses.map(\.rowsNow) == [0, 301] && plan.losses.map(\.rowsAfter) == [nil, 300])
        #expect(plan.target.condition == .readable && plan.target.journalMode == journal && plan.openers.isEmpty)
        #expect(try await planner.plan(.newest(set)).id == plan.id && !plan.isLoose)
        #expect(try DatabaseStamp.of(scratch.database) == before)
        let text = String(decoding: try JSONEncoder().encode(plan), as: UTF8.self)
        for key in ["resolved_path", "rows_now", "needed_bytes", "age_seconds"] { #expect(text.contains(key)) }
        try runSQL("INSERT INTO users(name) VALUES ('later still')", on: scratch.database)
        let error = await #expect(throws: RestoreError.self) {
            try await scratch.transaction().run(.newest(set), confirmed: plan.id)
        }
        guard case .otherPlan(plan.id, let now)? = error else { throw error ?? TestFailure(description: "none") }
        #expect(now.losses.last?.rowsNow == 302)
        #expect(try contents(of: scratch.database).last?.rows == 302)
    }

    @Test(
        "gives back the set, in the journal mode, to the owner and with the permissions that the old file had",
        arguments: [("wal", "640"), ("delete", "600")])
    func restores(_ journal: String, _ mode: String) async throws {
        let scratch = try Scratch()
        let (set, saved) = try await prepared(scratch, journal: journal)
        try runProgram("chmod", [mode, scratch.database.string])
        if geteuid() == 0 { try runProgram("chown", ["65534:65534", scratch.database.string]) }
        let old = try FileAccess.of(scratch.database)
        let service = PretendedService()
        let health = HealthCheck(url: "it", limit: .zero) { .healthy("it answers") }
        var tools = scratch.tools()
        tools.safetyBackup = .set(scratch.request())
        let lost = try contents(of: scratch.database)
        let result = try await scratch.restore(.newest(set), service, health: health, tools: tools)
        #expect(result.outcome == .restored && result.notes == ["it answers"])
        #expect(try contents(of: scratch.database) == saved)
        #expect(try FileAccess.of(scratch.database) == old)
        #expect(service.calls == ["stop", "start"])
        let connection = try SQLiteFile(path: scratch.database).open()
        #expect(try connection.facts().journalMode == journal)
        connection.close()
        // The set of what was replaced, pinned.
        let catalogue = try BackupCatalogue.read(scratch.path("daily"), of: scratch.request().identity)
        let safety = try #require(catalogue.sets.first { "\($0.name)" == result.safetyBackup })
        #expect(try safety.manifest().database.tables == lost)
        let pin = try FolderRecord.read(scratch.path("daily")).pins["\(safety.name)"]
        #expect(pin?.note.contains(result.restore) == true)
        let replaced = FilePath(try #require(result.replaced))
        #expect(try contents(of: replaced) == lost)
    }

    @Test("leaves nothing of the WAL behind which would undo the restore")
    func staleWAL() async throws {
        let scratch = try Scratch()
        let (set, saved) = try await prepared(scratch)
        try Leftover.wal.make(scratch.database)
        try await scratch.restore(.newest(set))
        #expect(try scratch.liveNames().filter { !$0.hasPrefix(".") } == ["test.db"])
        #expect(try contents(of: scratch.database) == saved)
    }

    @Test("undo puts back what was replaced, undo again what was restored, as often as one likes")
    func undo() async throws {
        let scratch = try Scratch()
        let (set, saved) = try await prepared(scratch)
        try Leftover.wal.make(scratch.database)
        let lost = try contents(of: scratch.database)
        try await scratch.restore(.newest(set))
        for expected in [lost, saved, lost] {
            let result = try await scratch.restore(.replaced)
            #expect(result.kind == .undo && result.outcome == .restored)
            #expect(try contents(of: scratch.database) == expected)
        }
        #expect(try scratch.liveNames().filter { $0.hasSuffix(".old") }.count == 1)
    }

    @Test("undo brings a damaged database back byte for byte, with its WAL")
    func undoDamaged() async throws {
        let scratch = try Scratch()
        let (set, saved) = try await prepared(scratch)
        try Leftover.smallWAL.make(scratch.database)
        try damage(scratch.database)
        let old = try bytes(of: scratch.database) + bytes(of: scratch.database.adding("-wal"))
        var tools = scratch.tools()
        tools.safetyBackup = .set(scratch.request())
        let result = try await scratch.restore(.newest(set), tools: tools)
        #expect(try contents(of: scratch.database) == saved)
        #expect(result.notes.contains { $0.contains("damaged") } && result.safetyBackup == nil)
        try await scratch.restore(.replaced)
        #expect(try bytes(of: scratch.database) + bytes(of: scratch.database.adding("-wal")) == old)
    }

    @Test("a missing, an empty or a linked database is restored too")
    func unusualTargets() async throws {
        let scratch = try Scratch()
        let (set, saved) = try await prepared(scratch)
        try DatabaseFiles(main: scratch.database).remove()
        try await scratch.restore(.newest(set))
        #expect(try contents(of: scratch.database) == saved)
        #expect(try FileAccess.of(scratch.database)?.permissions == .ownerReadWrite)
        try await scratch.restore(.replaced)
        #expect(try FileStamp.of(scratch.database) == nil)
        try await scratch.restore(.replaced)
        #expect(try contents(of: scratch.database) == saved)

        try DatabaseFiles(main: scratch.database).remove()
        try DurableFile.write([], to: scratch.database, permissions: .ownerReadWrite)
        try await scratch.restore(.newest(set))
        #expect(try contents(of: scratch.database) == saved)

        let real = scratch.path("real.db")
        try DurableFile.rename(scratch.database, to: real)
        try runSQL("DELETE FROM users", on: real)
        symlink(real.string, scratch.database.string)
        try await scratch.restore(.newest(set))
        #expect(try FileFacts.of(scratch.database, followingLinks: false)?.kind == .symbolicLink)
        #expect(try contents(of: real) == saved)
    }

    @Test("the old database comes back by itself where the service is not well with the new one")
    func unwell() async throws {
        let scratch = try Scratch()
        let (set, _) = try await prepared(scratch)
        let old = try contents(of: scratch.database)
        let service = PretendedService()
        let health = HealthCheck(url: "it", limit: .zero) { .unhealthy("503") }
        let result = try await scratch.restore(.newest(set), service, health: health)
        #expect(result.outcome == .returned && result.reason?.contains("503") == true)
        #expect(try contents(of: scratch.database) == old)
        #expect(service.calls == ["stop", "start", "stop", "start"])
        await #expect(throws: RestoreError.self) { try await scratch.restore(.replaced) }

        // A service that throws rows away as it starts.
        let database = scratch.database
        let clearing = PretendedService { try runSQL("DELETE FROM users WHERE id > 200", on: database) }
        let second = try await scratch.restore(.newest(set), clearing)
        #expect(second.outcome == .returned && second.reason?.contains("has 200 rows where 300") == true)
        #expect(try contents(of: scratch.database).last?.rows == 200, "started with the old one, it clears that one")

        // One that adds rows is well.
        let adding = PretendedService { try runSQL("INSERT INTO users(name) VALUES ('new')", on: database) }
        #expect(try await scratch.restore(.newest(set), adding).outcome == .restored)
        #expect(try contents(of: scratch.database).last?.rows == 301)
    }

    @Test("a service that does not stop keeps its database and is started again")
    func stubborn() async throws {
        let scratch = try Scratch()
        let (set, _) = try await prepared(scratch)
        let old = try contents(of: scratch.database)
        let service = PretendedService()
        service.fail("stop")
        let error = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(set), service) }
        #expect(error?.description.contains("no stop today") == true)
        #expect(try contents(of: scratch.database) == old && service.runs)
        #expect(try scratch.liveNames() == ["test.db"])
    }

    @Test("no safety backup, no restore")
    func noSafety() async throws {
        let scratch = try Scratch()
        let (set, _) = try await prepared(scratch)
        var tools = scratch.tools()
        tools.safetyBackup = SafetyBackup(folder: scratch.path("daily"), scratch: scratch.path("scratch")) { _ in
            throw TestFailure(description: "the folder is gone")
        }
        let service = PretendedService()
        let (before, all) = (try contents(of: scratch.database), tools)
        await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(set), service, tools: all) }
        #expect(try contents(of: scratch.database) == before && service.runs)
        #expect(try scratch.store.unfinished(of: scratch.database).isEmpty)
    }

    @Test("what was replaced is kept until it is also in a verified set, or expires")
    func keeping() async throws {
        let scratch = try Scratch()
        let (set, _) = try await prepared(scratch)
        var safe = scratch.tools()
        safe.safetyBackup = .set(scratch.request())
        func kept() throws -> Int { try scratch.liveNames().filter { $0.hasSuffix(".old") }.count }
        try await scratch.restore(.newest(set))
        try await scratch.restore(.newest(set), tools: safe)
        #expect(try kept() == 2)
        try await scratch.restore(.newest(set), tools: safe)
        #expect(try kept() == 2, "the second one's is in its set by now")
        #expect(try scratch.store.expire(before: Date().addingTimeInterval(60)).count == 3)
        #expect(try scratch.liveNames() == ["test.db"] && scratch.store.records().isEmpty)
    }
}
