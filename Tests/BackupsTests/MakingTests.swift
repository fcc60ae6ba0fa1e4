import Archiving
import Backups
import Digests
import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

@Suite("Making a set")
struct MakingTests {
    @Test(
        "what a plain tool unpacks is the database at the snapshot",
        arguments: [
            ("gzip:1", "wal", "gunzip -c", ".db.gz"), ("gzip", "delete", "gunzip -c", ".db.gz"),
            ("zstd:3:2", "wal", "zstd -dc", ".db.zst"), ("none", "truncate", "cat", ".db"),
        ])
    func restores(_ compression: String, _ journal: String, _ tool: String, _ ending: String) async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase(journal: journal)
        var request = scratch.request()
        request.compression = try #require(Compression(compression))
        let result = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
        let set = result.sets[0]
        #expect(try scratch.names("daily") == ["test_20251216_020000\(ending)", "test_20251216_020000.json"].sorted())
        #expect(set.title == "test_20251216_020000\(ending)")
        #expect(set.tiers == [.daily] && set.summary.rows == 2000)
        #expect(
            result.manifest.database.journalMode == (journal == "wal" ? "wal" : "delete")
                && result.manifest.database.rowsHashedAt == .copy)
        if tool.hasPrefix("zstd"), !hasProgram("zstd") { return }
        let restored = scratch.path("restored.db")
        try runProgram("sh", ["-c", "\(tool) '\(set.filePaths[0])' > '\(restored)'"])
        #expect(try contents(of: restored) == contents(of: source))
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("while the service commits without a pause the set is whole, and is of one instant")
    func busyService() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase(journal: "wal")
        let before = try contents(of: source)
        var request = scratch.request()
        request.copy.pagesPerStep = 4
        let result = try await BackupMaker(
            request, now: clock("2025-12-16T01:00:00Z"),
            observe: { stage, _ in
                // What cannot be written shows below: then the database was not busy.
                if stage == .copying { try? runSQL("UPDATE users SET note = note || '!' WHERE id = 1", on: source) }
            }
        ).make()
        #expect(result.copy.isBusyDatabase)
        let restored = scratch.path("restored.db")
        try runProgram("sh", ["-c", "gunzip -c '\(result.sets[0].filePaths[0])' > '\(restored)'"])
        let found = try contents(of: restored)
        #expect(found.map(\.rows) == before.map(\.rows))
        #expect(found.map { $0.sha256 } == result.manifest.database.tables.map(\.sha256))
        #expect(try contents(of: source) != found)
    }

    @Test("folders and files are for their owner alone, whatever the umask")
    func permissions() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request([.monthly])
        request.exportsSQL = true
        let old = umask(0)
        defer { umask(old) }
        let set = try await BackupMaker(request).make().sets[0]
        #expect(try BackupsTests.permissions(of: set.folder) == "700")
        for name in try Folder.entries(of: set.folder) {
            #expect(try BackupsTests.permissions(of: set.folder.appending(name)) == "600", "\(name)")
        }
    }

    @Test("a set for several tiers is one file with several names")
    func links() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let sets = try await BackupMaker(scratch.request([.weekly, .daily])).make().sets
        #expect(sets.map(\.folder) == [scratch.path("weekly"), scratch.path("daily")])
        for paths in [sets.map(\.filePaths[0]), sets.map(\.manifestPath)] {
            let facts = try paths.map { try #require(try FileFacts.of($0, followingLinks: false)) }
            #expect(facts[0].isSameFile(as: facts[1]) && facts[0].linkCount == 2)
        }
        #expect(try BackupCatalogue.read(scratch.path("daily"), of: scratch.request().identity).sets.count == 1)
    }

    @Test(
        "where hard links are refused the set is copied",
        .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
    func copies() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let other = FilePath("/dev/shm/backups-\(UUID().uuidString)")
        // The folder is in memory; what stays of a failed test goes with the next start of the machine.
        defer { try? Folder.removeTree(other) }
        var request = scratch.request()
        request.places.append(BackupPlace(tier: .weekly, folder: other))
        let sets = try await BackupMaker(request).make().sets
        #expect(
            try DurableFile.read(sets[0].filePaths[0], limit: 1 << 30)
                == DurableFile.read(sets[1].filePaths[0], limit: 1 << 30))
        #expect(try Folder.entries(of: other).filter { !$0.hasPrefix(".") }.count == 2)
    }

    @Test("two sets of one second and of an hour that exists twice get names of their own")
    func collisions() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let request = scratch.request()
        for time in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z"] {
            _ = try await BackupMaker(request, now: clock(time)).make()
        }
        let sets = try BackupCatalogue.read(scratch.path("daily"), of: request.identity).sets
        #expect(
            sets.map { "\($0.name)" } == ["test_20261025_023000", "test_20261025_023000_2", "test_20261025_023000_3"])
        #expect(Set(sets.map(\.instant)).count == 2)
    }

    @Test("the SQL export loads, is replaced within its month, and never replaces a stranger's file")
    func export() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        var request = scratch.request([.monthly])
        request.exportsSQL = true
        try Folder.create(scratch.path("monthly"))
        try DurableFile.write([7], to: scratch.path("monthly/backup_202511.sql.gz"), permissions: .ownerReadWrite)
        _ = try await BackupMaker(request, now: clock("2025-11-16T01:00:00Z")).make()
        let first = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
        try runSQL("DELETE FROM users WHERE id > 10", on: source)
        let second = try await BackupMaker(request, now: clock("2025-12-17T01:00:00Z")).make()
        #expect(first.export == scratch.path("monthly/backup_202512.sql.gz") && second.export == first.export)
        let names = try scratch.names("monthly").filter { $0.contains("sql") }
        #expect(names == ["backup_202511.sql.gz", "backup_202511_2.sql.gz", "backup_202512.sql.gz"])
        #expect(try DurableFile.read(scratch.path("monthly/backup_202511.sql.gz"), limit: 10) == [7])
        let export = try #require(second.export)
        let sql = try runProgram("gunzip", ["-c", export.string]).output
        try runSQL(sql, on: scratch.path("loaded.db"))
        #expect(try contents(of: scratch.path("loaded.db")) == contents(of: source))
    }

    @Test(
        "a backup of a database that another process writes to is one instant of it",
        .enabled(if: hasProgram("python3")))
    func concurrentWriter() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        let writer = Process()
        writer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        writer.arguments = ["python3", "-c", Self.writerProgram, source.string]
        let lines = Pipe()
        writer.standardOutput = lines
        try writer.run()
        defer {
            // Not SIGTERM: Foundation may have handed its being ignored on to the child.
            kill(writer.processIdentifier, SIGKILL)
            writer.waitUntilExit()
        }
        _ = try lines.fileHandleForReading.read(upToCount: 1)
        var rows: [Int] = []
        for _ in 0..<3 {
            let result = try await BackupMaker(scratch.request()).make()
            #expect(result.copy.restarts == 0)
            let tables = Dictionary(uniqueKeysWithValues: result.manifest.database.tables.map { ($0.name, $0.rows) })
            // Each commit writes to both.
            #expect(tables["users"] == tables["twins"])
            rows.append(try #require(tables["users"]))
        }
        #expect(rows == rows.sorted() && rows[0] < rows[2])
    }

    private static let writerProgram = """
        import sqlite3, sys
        c = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
        c.executescript("BEGIN; CREATE TABLE twins(id INTEGER PRIMARY KEY); INSERT INTO twins SELECT id FROM users; COMMIT")
        print("x", flush=True)
        while True:
            c.execute("BEGIN IMMEDIATE")
            c.execute("INSERT INTO users(name) VALUES('w')")
            c.execute("INSERT INTO twins DEFAULT VALUES")
            c.execute("COMMIT")
        """

    @Test("a limit of bytes a second is kept")
    func bandwidth() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request()
        request.compression = .none
        request.bandwidth = 500_000
        let result = try await BackupMaker(request).make()
        #expect(result.duration > .seconds(Double(result.copy.bytes) / 500_000 * 0.9))
    }

    @Test("foreign keys that lead nowhere are told and do not keep the copy from counting")
    func foreignKeys() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase(
            "test.db",
            "CREATE TABLE a(id INTEGER PRIMARY KEY); CREATE TABLE b(a REFERENCES a); INSERT INTO b VALUES(1),(2)")
        let result = try await BackupMaker(scratch.request()).make()
        #expect(result.manifest.database.foreignKeyViolations == 2 && result.foreignKeyFindings.count == 2)
    }
}
