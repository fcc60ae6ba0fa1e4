import Foundation
import GRDB
import Glibc
import Testing

/// `ronde backups restore` and `undo` of a database that no service has open, or that one keeps open.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RestoreTests {
    @Test(
        "what sqlite3, gzip and zstd made of a database is restored, and undone",
        arguments: [
            (".db", ".backup '%'"), (".db.gz", ".backup '%'"), (".db.zst", ".backup '%'"), (".sql", ".dump"),
            (".sql.gz", ".dump"),
        ])
    func formats(ending: String, command: String) async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let file = instance.folder + "/old" + ending
        if command == ".dump" {
            try await instance.shell("sqlite3 api/test.db .dump > plain")
        } else {
            try await instance.shell("sqlite3 api/test.db '.backup plain'")
        }
        let packer = ending.hasSuffix(".gz") ? "gzip -c" : ending.hasSuffix(".zst") ? "zstd -q -c" : "cat"
        try await instance.shell("\(packer) plain > old\(ending)")
        let old = try instance.live
        try instance.change()
        let new = try instance.live
        let stored = FileManager.default.contents(atPath: file)
        try await instance.demand("backups", "restore", "old" + ending, "--yes")
        #expect(try instance.live == old)
        let mode = try await DatabaseQueue(path: instance.database).read {
            try String.fetchOne($0, sql: "PRAGMA journal_mode")
        }
        #expect(mode == "wal")
        #expect(FileManager.default.contents(atPath: file) == stored)
        try await instance.demand("backups", "undo", "--yes")
        #expect(try instance.live == new)
        #expect(new != old)
    }

    @Test("a restore is refused while a foreign process keeps the database open")
    func stillOpen() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        _ = try await instance.backUp()
        try instance.change()
        let new = try instance.live
        let script = """
            import sqlite3, time
            c = sqlite3.connect('api/test.db')
            c.execute('SELECT count(*) FROM users').fetchall()
            print('Listening on nothing', flush=True)
            time.sleep(600)
            """
        let holder = try Program("python3", ["-c", script], in: instance.folder)
        defer { holder.signal(SIGKILL) }
        _ = try await instance.address(of: holder)
        let refused = try await instance.demand("backups", "restore", "--yes", status: 2)
        #expect(refused.errors.contains("still open in python") && refused.errors.contains("\(holder.pid)"))
        #expect(refused.errors.contains("Nothing was changed"))
        #expect(try instance.live == new)
        holder.signal(SIGKILL)
        _ = try await holder.wait()
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live != new)
    }

    @Test("a restore with another plan's id is refused, and changes nothing")
    func wrongPlan() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        _ = try await instance.backUp()
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        let stale = try #require(plan["id"] as? String)
        try instance.change()
        let before = instance.contents(of: "api")
        let sets = try await instance.listing().sets.map(\.set)
        for id in ["000000000000", stale, ""] {
            let refused = try await instance.demand("backups", "restore", "--yes", "--plan-id", id, status: 75)
            #expect(refused.errors.contains("Nothing was changed"), "\(refused)")
        }
        // Without --yes nobody can be asked here.
        try await instance.demand("backups", "restore", status: 64)
        #expect(instance.contents(of: "api") == before)
        #expect(try await instance.listing().sets.map(\.set) == sets)
        let fresh = try await instance.object("backups", "restore", "--plan", "--json")
        #expect(fresh["id"] as? String != stale)
        try await instance.demand("backups", "restore", "--yes", "--plan-id", try #require(fresh["id"] as? String))
    }

    @Test("a damaged database is replaced, and kept")
    func damaged() async throws {
        let instance = try await TestInstance(users: 5000)
        defer { instance.end() }
        let old = try instance.live
        _ = try await instance.backUp()
        try instance.damage(instance.database, at: 3 * 4096 + 16, 60_000)
        let damaged = FileManager.default.contents(atPath: instance.database)
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        #expect((plan["target"] as? [String: Any])?["condition"] as? String == "damaged")
        let words = try await instance.demand("backups", "restore", "--plan").output
        #expect(words.contains("damaged"))
        #expect(!words.contains("every table has"), "\(words)")
        let result = try await instance.object("backups", "restore", "--yes", "--json")
        #expect(result["outcome"] as? String == "restored")
        #expect(try instance.live == old)
        let kept = try #require(result["replaced"] as? String)
        #expect(FileManager.default.contents(atPath: kept) == damaged)
        try await instance.demand("backups", "undo", "--yes")
        #expect(FileManager.default.contents(atPath: instance.database) == damaged)
    }

    @Test("a missing database is restored, and undo takes it away again")
    func missing() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let old = try instance.live
        _ = try await instance.backUp()
        try FileManager.default.removeItem(atPath: instance.database)
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live == old)
        try await instance.demand("backups", "undo", "--yes")
        #expect(!FileManager.default.fileExists(atPath: instance.database))
        try await instance.demand("backups", "undo", "--yes")
        #expect(try instance.live == old)
    }

    @Test("a WAL that a killed service left does not undo a restore, and its rows come back with undo")
    func staleWAL() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let old = try instance.live
        _ = try await instance.backUp()
        let script = """
            import os, sqlite3
            c = sqlite3.connect('api/test.db')
            c.execute("UPDATE users SET name = 'only in the WAL'")
            c.commit()
            os.kill(os.getpid(), 9)
            """
        _ = try await Program("python3", ["-c", script], in: instance.folder).wait()
        let size = FileManager.default.contents(atPath: instance.database + "-wal")?.count ?? 0
        try #require(size > 4096)
        let new = try instance.contentsOfCopy()
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live == old)
        try await instance.demand("backups", "undo", "--yes")
        #expect(try instance.live == new)
        #expect(new != old && new.check == ["ok"])
    }
}
