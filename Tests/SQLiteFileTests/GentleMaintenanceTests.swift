import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("Maintenance that leaves room for writers")
struct GentleMaintenanceTests {
    /// 20 MB, of which a half is free.
    private func makeHalfEmpty(in scratch: Scratch, journal: String, before: String = "") throws -> FilePath {
        try scratch.makeDatabase(
            "app.db", journal: "delete",
            """
            \(before); VACUUM; CREATE TABLE items(id INTEGER PRIMARY KEY, note BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            INSERT INTO items SELECT i, randomblob(1900) FROM n;
            DELETE FROM items WHERE id BETWEEN 2001 AND 7000; PRAGMA journal_mode=\(journal)
            """)
    }

    @Test(
        "a VACUUM that would hold up writers for too long ends, and leaves the database as it was",
        arguments: ["wal", "delete"])
    func stops(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try makeHalfEmpty(in: scratch, journal: journal, before: "PRAGMA auto_vacuum=none")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite, watchingWriters: true)
        let (contents, before) = (try connection.contents(), try connection.facts())
        let error = sqliteError { try connection.vacuum(longestStall: .milliseconds(1)) }
        #expect(error?.kind == .heldUpWriters(.milliseconds(1)), "\(String(describing: error))")
        let after = try connection.facts()
        #expect(after.pageCount == before.pageCount && after.freePages == before.freePages)
        #expect(after.schemaVersion == before.schemaVersion)
        #expect(try connection.contents() == contents)
        #expect(try connection.check(.integrity).verdict == .ok)
        // The lock is free again, and the connection works.
        try Writer(path).run("INSERT INTO items(note) VALUES ('later')")
        #expect(try connection.vacuum(longestStall: .seconds(600)).after.freePages == 0)
        connection.close()
        #expect(try scratch.names == ["app.db"])
    }

    @Test("every moment of a VACUUM is one at which it can end", arguments: ["wal", "delete"])
    func stopsAnywhere(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try makeHalfEmpty(in: scratch, journal: journal, before: "PRAGMA auto_vacuum=none")
        let contents = try SQLiteFile(path: path).open().contents()
        var stopped = 0
        for milliseconds in stride(from: 2, through: 130, by: 16) {
            let connection = try SQLiteFile(path: path).open(mode: .readWrite, watchingWriters: true)
            let error = sqliteError { try connection.vacuum(longestStall: .milliseconds(milliseconds)) }
            if error != nil { stopped += 1 }
            connection.close()
            #expect(try SQLiteFile(path: path).open().contents() == contents)
            #expect(try SQLiteFile(path: path).check(.integrity).verdict == .ok)
            if error == nil { break }
        }
        #expect(stopped > 0)
    }

    @Test("where nobody can be waiting, a VACUUM goes on") func nobody() throws {
        let scratch = try Scratch()
        let path = try makeHalfEmpty(in: scratch, journal: "wal", before: "PRAGMA auto_vacuum=none")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite, watchingWriters: true)
        let report = try connection.vacuum(longestStall: .zero) { false }
        #expect(report.after.freePages == 0)
        #expect(try #require(report.heldUpWriters) > .zero)
    }

    @Test("pages are given back in steps where the database allows it", arguments: ["wal", "delete"])
    func incremental(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try makeHalfEmpty(in: scratch, journal: journal, before: "PRAGMA auto_vacuum=incremental")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite)
        #expect(try connection.autoVacuum() == .incremental)
        let contents = try connection.contents()
        var left: [Int] = []
        let report = try connection.incrementalVacuum { left.append($0) }
        #expect(report.before.freePages > 1_000 && report.after.freePages == 0 && !report.endedEarly)
        #expect(report.steps > 1 && left == left.sorted(by: >) && left.last == 0)
        #expect(try connection.contents() == contents && connection.check(.integrity).verdict == .ok)
        #expect(try connection.incrementalVacuum().steps == 0)
    }

    @Test("what was given back before the deadline remains so") func deadline() throws {
        let scratch = try Scratch()
        let path = try makeHalfEmpty(in: scratch, journal: "wal", before: "PRAGMA auto_vacuum=incremental")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite)
        let report = try connection.incrementalVacuum { _ in connection.deadline = .now }
        #expect(report.endedEarly && report.steps == 1)
        #expect(report.after.freePages > 0 && report.after.freePages < report.before.freePages)
    }

    @Test("an ANALYZE by way of a copy gives what one in place does") func throughCopy() throws {
        let scratch = try Scratch()
        let sql =
            usersSQL + """
                ; CREATE INDEX some ON users(age) WHERE age > 50; CREATE INDEX lowered ON users(lower(name));
                CREATE TABLE pairs(a, b TEXT COLLATE NOCASE, PRIMARY KEY(a, b)) WITHOUT ROWID;
                INSERT INTO pairs SELECT age, name FROM users; CREATE TABLE "it's"(x UNIQUE); INSERT INTO "it's" VALUES (1)
                """
        func statistics(_ name: String, _ run: (SQLiteConnection) throws -> StatisticsReport) throws -> [String] {
            let path = try scratch.makeDatabase(name, sql)
            let connection = try SQLiteFile(path: path).open(mode: .readWrite)
            let report = try run(connection)
            #expect(report.changes.count == 5, "\(report)")
            #expect(try run(connection).changes.isEmpty)
            return report.changes.map { "\($0)" }
        }
        let inPlace = try statistics("a.db") { try $0.analyze() }
        let folder = scratch.path("copies")
        try Folder.create(folder)
        #expect(try statistics("b.db") { try $0.analyze(throughCopyIn: folder) } == inPlace)
        #expect(try Folder.entries(of: folder).isEmpty)
    }

    @Test("a checkpoint moves the WAL after a copy that kept it growing") func checkpoint() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let service = try Writer(path)
        let connection = try SQLiteFile(path: path).open()
        try connection.withSnapshot {
            for _ in 0..<5 { try service.run("UPDATE users SET note = hex(randomblob(60))") }
            let early = try #require(try SQLiteFile(path: path).checkpoint())
            #expect(early.wasBlocked && early.checkpointedFrames < early.walFrames)
        }
        let result = try #require(try SQLiteFile(path: path).checkpoint())
        #expect(result.mode == .passive && !result.wasBlocked && result.walFrames == result.checkpointedFrames)
        #expect(try SQLiteFile(path: scratch.makeDatabase("other.db", journal: "delete")).checkpoint() == nil)
    }

    @Test("a copy keeps to its pace, but not with a rollback journal", arguments: ["wal", "delete"])
    func pace(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try makeHalfEmpty(in: scratch, journal: journal, before: "PRAGMA auto_vacuum=none")
        let connection = try SQLiteFile(path: path).open()
        var steps = 0
        let options = CopyOptions(pagesPerStep: 512, bytesPerSecond: 40_000_000)
        let report = try connection.copy(to: scratch.path("copy.db"), options: options) { _ in steps += 1 }
        #expect(steps > 5)
        if journal == "wal" { #expect(report.duration > .milliseconds(350)) }
        let plain = CopyOptions(keepsCopyInMemory: true)
        _ = try connection.copy(to: scratch.path("plain.db"), options: plain)
        #expect(
            FileManager.default.contentsEqual(
                atPath: scratch.path("copy.db").string, andPath: scratch.path("plain.db").string))
    }
}
