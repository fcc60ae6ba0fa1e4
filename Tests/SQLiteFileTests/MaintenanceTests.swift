import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

@Suite("VACUUM")
struct VacuumTests {
    @Test("gives free pages back beside an open service", arguments: ["wal", "delete"])
    func vacuum(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: journal)
        let service = try Writer(path)
        try service.run("DELETE FROM users WHERE id > 200")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite)
        let contents = try connection.contents()
        let report = try connection.vacuum()
        #expect(report.before.freePages > 0 && report.after.freePages == 0 && report.freedBytes > 0)
        #expect(report.before.schemaHash == report.after.schemaHash)
        #expect((report.checkpoint != nil) == (journal == "wal"))
        if let checkpoint = report.checkpoint {
            #expect((checkpoint.mode == .passive) == SQLiteVersion.linked.hasWALResetBug)
            #expect(!checkpoint.wasBlocked)
        }
        #expect(try connection.contents() == contents)
        #expect(try service.text("SELECT count(*) FROM users") == "200")
    }

    @Test("a reader blocks the checkpoint, which is reported, but not VACUUM") func reader() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let (service, reader) = (try Writer(path), try Writer(path))
        try reader.run("BEGIN; SELECT count(*) FROM users")
        try service.run("DELETE FROM users WHERE id > 200")
        let report = try SQLiteFile(path: path).open(mode: .readWrite, busyTimeout: .milliseconds(100)).vacuum()
        #expect(report.after.freePages == 0 && report.checkpoint?.wasBlocked == true)
        #expect(try reader.text("SELECT count(*) FROM users") == "2000")
    }

    @Test("waits for a writer as long as it may, then says so and changes nothing") func writer() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let service = try Writer(path)
        try service.run("DELETE FROM users WHERE id > 200; BEGIN IMMEDIATE")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite, busyTimeout: .milliseconds(150))
        let error = sqliteError { try connection.vacuum() }
        guard case .busy(let waited) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(waited >= .milliseconds(100))
        try service.run("COMMIT")
        #expect(try connection.facts().freePages > 0)
        #expect(try connection.vacuum().after.freePages == 0)
    }

    @Test("a read-only connection refuses") func readOnly() throws {
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open()
        #expect(sqliteError { try connection.vacuum() }?.kind == .readOnly)
        #expect(sqliteError { try connection.analyze() }?.kind == .readOnly)
    }

    @Test("the room it may need is known before", arguments: ["wal", "delete"])
    func space(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: journal)
        try Writer(path).run("DELETE FROM users WHERE id > 1000")
        let connection = try SQLiteFile(path: path).open(mode: .readWrite)
        let (facts, space) = (try connection.facts(), try connection.vacuumSpaceNeeded())
        #expect(space.temporaryBytes == facts.databaseBytes - facts.freeBytes)
        #expect(space.databaseFolder == FilePath(try #require(realpath(scratch.folder.string))))
        #expect(space.databaseBytes >= space.temporaryBytes)
        #expect(space.temporaryFolder == SQLiteFile.temporaryFolder())
        let report = try connection.vacuum()
        #expect(report.after.walBytes <= space.databaseBytes + facts.walBytes)
    }

    @Test("a full disk is an error and changes nothing", .enabled(if: canMount, "needs the right to mount"))
    func fullDisk() throws {
        let scratch = try Scratch()
        let small = scratch.path("small")
        try Folder.create(small)
        let size = try #require(try FileFacts.of(scratch.makeDatabase(), followingLinks: true)).size
        let options = ["-t", "tmpfs", "-o", "size=\(size + 100_000)", "tmpfs", small.string]
        try #require(try runProgram("mount", options).status == 0)
        defer { _ = try? runProgram("umount", [small.string]) }  // a mount that stays makes the removal fail
        let path = small.appending("app.db")
        try FileManager.default.copyItem(atPath: scratch.path("app.db").string, toPath: path.string)
        let connection = try SQLiteFile(path: path).open(mode: .readWrite)
        let before = try connection.contents()
        #expect(sqliteError { try connection.vacuum() }?.kind == .diskFull)
        #expect(try connection.contents() == before)
    }

    private func realpath(_ path: String) -> String? {
        guard let resolved = Glibc.realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}

@Suite("Statistics")
struct StatisticsTests {
    @Test("ANALYZE tells what it changed") func analyze() throws {
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open(mode: .readWrite)
        let first = try connection.analyze()
        #expect(first.changes.map(\.index) == ["users_by_age"])
        #expect(first.changes.first?.old == nil && first.changes.first?.new?.hasPrefix("2000 ") == true)
        #expect(try connection.analyze().changes.isEmpty)
    }

    @Test("optimize refreshes what was never analysed or has outgrown its statistics, and says so beforehand")
    func optimize() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db",
            """
            CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, age INTEGER); CREATE INDEX users_by_age ON users(age);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
            INSERT INTO users(name, age) SELECT 'x', i % 90 FROM n
            """)
        func run() throws -> StatisticsReport { try SQLiteFile(path: path).open(mode: .readWrite).optimize() }
        let first = try run()
        #expect(first.statements.contains { $0.hasPrefix("ANALYZE") && $0.contains("users") })
        #expect(first.changes.map(\.table) == ["users"])
        let second = try run()
        #expect(second.changes.isEmpty && !second.statements.contains { $0.contains("users") })
        try Writer(path).run(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 80000) "
                + "INSERT INTO users(name, age) SELECT 'x', i % 90 FROM n")
        let third = try run()
        #expect(third.changes.map(\.old) == first.changes.map(\.new), "\(third)")
    }
}
