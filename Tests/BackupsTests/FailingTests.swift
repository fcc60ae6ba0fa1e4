import Archiving
import Backups
import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import Synchronization
import SystemPackage
import Testing

@Suite("A backup that fails")
struct FailingTests {
    /// A service with one good set, and what the folder looks like.
    private func prepared() async throws -> (Scratch, String) {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        _ = try await BackupMaker(scratch.request(), now: clock("2025-12-15T01:00:00Z")).make()
        return (scratch, try scratch.state("daily"))
    }

    private func failure(_ request: BackupRequest) async throws -> String {
        do {
            _ = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
            throw TestFailure(description: "it did not fail")
        } catch let error as TestFailure {
            throw error
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "leaves earlier sets as they were and says what is wrong with the database",
        arguments: [
            ("rm test.db", "there is no such file"), ("rm test.db && mkdir test.db", "not a regular file"),
            (": > test.db", "not a SQLite database"), ("seq 5000 > test.db", "not a SQLite database"),
        ])
    func badSource(_ command: String, says: String) async throws {
        let (scratch, before) = try await prepared()
        try runProgram("sh", ["-c", "cd '\(scratch.folder)' && \(command)"])
        let names = try Folder.entries(of: scratch.folder)
        #expect(try await failure(scratch.request()).contains(says))
        #expect(try scratch.state("daily") == before)
        #expect(try Folder.entries(of: scratch.folder) == names)
    }

    @Test("a database that stays locked is given up after the time allowed")
    func locked() async throws {
        let (scratch, before) = try await prepared()
        let source = try scratch.makeDatabase("locked.db", journal: "delete")
        let lock = try runningSQL("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;", on: source)
        defer { lock.close() }
        var request = scratch.request(database: "locked.db")
        request.busyTimeout = .milliseconds(50)
        #expect(try await failure(request).contains("held its lock"))
        #expect(try scratch.state("daily") == before)
    }

    @Test("a damaged database goes to quarantine, and the last good set is named")
    func damaged() async throws {
        let (scratch, before) = try await prepared()
        let source = scratch.path("test.db")
        // Pages in the middle of the table and of the index.
        try runProgram("dd", ["if=/dev/urandom", "of=\(source)", "bs=4096", "seek=20", "count=20", "conv=notrunc"])
        let error = try await failure(scratch.request())
        #expect(error.contains("test.db: the database is damaged"))
        #expect(error.contains("test_20251215_020000.db.gz' of 2025-12-15T02:00:00+01:00"))
        #expect(
            try scratch.names("daily/quarantine") == ["test_20251216_020000.db.gz", "test_20251216_020000.json"])
        try Folder.removeTree(scratch.path("daily/quarantine"))
        #expect(try scratch.state("daily") == before)
    }

    @Test("quarantine holds the newest three copies")
    func quarantineIsBounded() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        try runProgram("dd", ["if=/dev/urandom", "of=\(source)", "bs=4096", "seek=20", "count=20", "conv=notrunc"])
        for day in 11...15 {
            await #expect(throws: BackupError.self) {
                try await BackupMaker(scratch.request(), now: clock("2025-12-\(day)T01:00:00Z")).make()
            }
        }
        let kept = try scratch.names("daily/quarantine").filter { $0.hasSuffix(".gz") }
        #expect(kept == ["13", "14", "15"].map { "test_202512\($0)_020000.db.gz" })
    }

    @Test("what is written of a damaged database says when, whose and what")
    func quarantineRecord() async throws {
        let (scratch, _) = try await prepared()
        let source = scratch.path("test.db")
        try runProgram("dd", ["if=/dev/urandom", "of=\(source)", "bs=4096", "seek=20", "count=20", "conv=notrunc"])
        _ = try await failure(scratch.request())
        let record = try QuarantineRecord.read(scratch.path("daily/quarantine/test_20251216_020000.json"))
        #expect(try record.instant == instant("2025-12-16T01:00:00Z") && record.source == source.string)
        #expect(record.service == "api" && record.database == "main" && !record.findings.isEmpty)
        let inventory = try BackupInventory.read(scratch.request().places, of: scratch.request().identity)
        #expect(inventory.quarantined.map(\.findings) == [record.findings] && inventory.pruningHold != nil)
    }

    @Test("a damaged database is told of also where no copy of it can be kept")
    func noQuarantine() async throws {
        let (scratch, before) = try await prepared()
        let source = scratch.path("test.db")
        try runProgram("dd", ["if=/dev/urandom", "of=\(source)", "bs=4096", "seek=20", "count=20", "conv=notrunc"])
        try runProgram("touch", [scratch.path("daily/quarantine").string])
        let error = try await failure(scratch.request())
        #expect(error.contains("the database is damaged") && error.contains("No copy was kept"), "\(error)")
        try DurableFile.remove(scratch.path("daily/quarantine"))
        #expect(try scratch.state("daily") == before)
    }

    @Test("an index that lost a row is damage, though every row can be read")
    func damagedIndex() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        try runSQL(
            """
            PRAGMA writable_schema=ON; CREATE TABLE other(name TEXT); CREATE INDEX other_i ON other(name);
            UPDATE sqlite_schema SET rootpage=(SELECT rootpage FROM sqlite_schema WHERE name='other_i')
            WHERE name='users_by_name';
            """, on: source)
        #expect(try await failure(scratch.request()).contains("the database is damaged"))
    }

    @Test(
        "a folder that is no folder of ours is refused",
        arguments: [
            ("touch daily", "this is to be a folder"), ("mkdir x && ln -s x daily", "is a symbolic link to"),
            ("ln -s nowhere daily", "is a symbolic link to"), ("touch x && ln -s x daily", "is a symbolic link to"),
        ])
    func badFolder(_ command: String, says: String) async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        try runProgram("sh", ["-c", "cd '\(scratch.folder)' && \(command)"])
        let names = try Folder.entries(of: scratch.folder)
        let error = try await failure(scratch.request())
        #expect(error.contains(says) && error.contains("daily"), "\(error)")
        #expect(try Folder.entries(of: scratch.folder) == names)
    }

    @Test("a folder that may not be written is told before anything is done", .enabled(if: geteuid() != 0))
    func closedFolder() async throws {
        let (scratch, before) = try await prepared()
        chmod(scratch.path("daily").string, 0o500)
        #expect(try await failure(scratch.request()).contains("permission denied"))
        chmod(scratch.path("daily").string, 0o700)
        #expect(try scratch.state("daily") == before)
    }

    @Test("a disk that cannot hold the set is told with both numbers", .enabled(if: canMount()))
    func fullDisk() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let disk = try SmallDisk(at: scratch.path("daily"), size: "8m")
        defer { disk.unmount() }
        let error = try await failure(scratch.request())
        #expect(error.contains("no room") && error.contains("needed") && error.contains("8.39 MB free"), "\(error)")
        #expect(try scratch.names("daily").isEmpty)
    }

    @Test("a disk that gets full half-way leaves nothing of the set", .enabled(if: canMount()))
    func fillingDisk() async throws {
        let scratch = try Scratch()
        let blob =
            "CREATE TABLE b(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<8) INSERT INTO b SELECT randomblob(1000000) FROM n"
        try scratch.makeDatabase("test.db", blob)
        let disk = try SmallDisk(at: scratch.path("daily"), size: "48m")
        defer { disk.unmount() }
        let request = scratch.request()
        _ = try await BackupMaker(request, now: clock("2025-12-15T01:00:00Z")).make()
        let before = try scratch.state("daily")
        let filler = Mutex(false)
        let maker = BackupMaker(request, now: try clock("2025-12-16T01:00:00Z")) { stage, _ in
            guard stage == .compressing,
                filler.withLock({
                    let first = !$0; $0 = true; return first
                })
            else { return }
            // Someone else takes the room between the check and the writing.
            _ = try? runProgram("dd", ["if=/dev/zero", "of=\(scratch.path("daily/filler"))", "bs=1M", "count=36"])
        }
        await #expect(throws: (any Error).self) { try await maker.make() }
        try DurableFile.remove(scratch.path("daily/filler"))
        #expect(try scratch.state("daily") == before)
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("cancelled at any stage it leaves nothing", arguments: BackupStage.allCases.filter { $0 != .encrypting })
    func cancelled(_ stage: BackupStage) async throws {
        let (scratch, before) = try await prepared()
        var request = scratch.request()
        request.exportsSQL = true
        request.copy.pagesPerStep = 4
        let maker = BackupMaker(request, now: try clock("2025-12-16T01:00:00Z")) { now, _ in
            if now == stage { withUnsafeCurrentTask { $0?.cancel() } }
        }
        let work = Task { try await maker.make() }
        await #expect(throws: (any Error).self) { try await work.value }
        #expect(try scratch.state("daily") == before)
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("a stored file that changes before it is read back does not count")
    func notProven() async throws {
        let (scratch, _) = try await prepared()
        let maker = BackupMaker(scratch.request(), now: try clock("2025-12-16T01:00:00Z")) { stage, _ in
            guard stage == .verifying else { return }
            // One bit of the compressed content, as a bad disk might do it.
            _ = try? runProgram(
                "sh",
                [
                    "-c",
                    "cd '\(scratch.path("daily"))' && printf x | dd of=$(ls -A | grep tmp-) bs=1 seek=5000 conv=notrunc",
                ])
        }
        let error = try await #require(throws: BackupError.self) { try await maker.make() }
        #expect(error.description.contains("failed its verification"), "\(error)")
        #expect(try BackupCatalogue.read(scratch.path("daily"), of: scratch.request().identity).sets.count == 1)
    }
}
