import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

@Suite("Opening a database")
struct OpeningTests {
    @Test("a missing file is an error and is not made", arguments: [SQLiteConnection.Mode.readOnly, .readWrite])
    func missing(_ mode: SQLiteConnection.Mode) throws {
        let scratch = try Scratch()
        let error = sqliteError { try SQLiteFile(path: scratch.path("none.db")).open(mode: mode) }
        #expect(error?.kind == .missing)
        #expect(error?.description.contains("none.db: cannot open the database: there is no such file") == true)
        #expect(try scratch.names.isEmpty)
    }

    @Test("a folder, a pipe and a device are refused at once", arguments: ["folder", "pipe", "/dev/zero"])
    func notAFile(_ name: String) throws {
        let scratch = try Scratch()
        let path = name.hasPrefix("/") ? FilePath(name) : scratch.path(name)
        if name == "folder" { try Folder.create(path) }
        if name == "pipe" { #expect(path.withPlatformString { mkfifo($0, 0o600) } == 0) }
        #expect(sqliteError { try SQLiteFile(path: path).open() }?.kind == .notAFile)
        #expect(sqliteError { try SQLiteFile(path: path).check(.quick) }?.kind == .notAFile)
    }

    @Test("what is no database is refused and left as it is", arguments: [0, 1, 100, 511, 512, 5_000])
    func notADatabase(_ size: Int) throws {
        let scratch = try Scratch()
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        try DurableFile.write(bytes, to: scratch.path("x.db"), permissions: .ownerReadWrite)
        let file = SQLiteFile(path: scratch.path("x.db"))
        let error = sqliteError { try file.open(mode: .readWrite) }
        #expect(error?.kind == .notADatabase)
        if size == 0 { #expect(error?.message == "the file is empty") }
        #expect(try file.check(.quick).verdict == .notADatabase)
        #expect(try DurableFile.read(scratch.path("x.db"), limit: 10_000) == bytes)
        #expect(try scratch.names == ["x.db"])
    }

    @Test(
        "any name will do",
        arguments: [
            "with space.db", "per%20cent.db", "ask?mode=memory.db", "hash#1.db", "it's \"quoted\".db",
            "file:x?vfs=none.db",
            ":memory:", "-dash.db", "é.db", "line\nbreak.db",
        ])
    func names(_ name: String) throws {
        let scratch = try Scratch()
        let path = scratch.path("plain.db")
        try scratch.makeDatabase("plain.db")
        try FileManager.default.moveItem(atPath: path.string, toPath: scratch.path(name).string)
        let connection = try SQLiteFile(path: scratch.path(name)).open()
        #expect(try connection.contents().map(\.rows) == [2000])
        _ = try connection.copy(to: scratch.path("copy of \(name)"))
        connection.close()
        #expect(try scratch.names == [name, "copy of \(name)"].sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    }

    @Test("a symbolic link leads to the file and its WAL") func link() throws {
        let scratch = try Scratch()
        try Folder.create(scratch.path("data"))
        let path = try scratch.makeDatabase("data/app.db")
        let writer = try Writer(path)
        try writer.run("INSERT INTO users(name) VALUES ('new')")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("link.db").string, withDestinationPath: "data/app.db")
        let connection = try SQLiteFile(path: scratch.path("link.db")).open()
        #expect(try connection.contents().map(\.rows) == [2001])
        #expect(try connection.facts().walBytes > 0)
        #expect(try scratch.names == ["data", "link.db"])
    }

    @Test("reading a WAL database that nobody uses leaves nothing beside it") func sidecars() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let before = try hashes(of: scratch.folder)
        let connection = try SQLiteFile(path: path).open()
        _ = try connection.contents()
        connection.close()
        _ = try SQLiteFile(path: path).check([.integrity, .foreignKeys])
        #expect(try scratch.names == ["app.db"])
        #expect(try hashes(of: scratch.folder) == before)
    }

    @Test("reading leaves the WAL of a crashed service alone") func leftoverWAL() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let writer = try Writer(path)
        try writer.run("INSERT INTO users(name) VALUES ('new')")
        let crashed = try Scratch()
        for name in ["app.db", "app.db-wal"] {
            try FileManager.default.copyItem(atPath: scratch.path(name).string, toPath: crashed.path(name).string)
        }
        let before = try hashes(of: crashed.folder)
        let file = SQLiteFile(path: crashed.path("app.db"))
        #expect(try file.check(.integrity).verdict == .ok)
        #expect(try file.open().contents().map(\.rows) == [2001])
        #expect(try hashes(of: crashed.folder) == before)
    }

    @Test(
        "the journal of an interrupted write is reported, not rolled back", .enabled(if: hasProgram("xz")),
        arguments: [SQLiteConnection.Mode.readOnly, .readWrite])
    func hotJournal(_ mode: SQLiteConnection.Mode) throws {
        let scratch = try Scratch()
        let row = try #require(DamagedDatabase.all.first { $0.name == "hot-journal" })
        let path = try row.unpack(into: scratch)
        let before = try hashes(of: Folder.parent(of: path))
        #expect(sqliteError { try SQLiteFile(path: path).open(mode: mode) }?.kind == .unfinishedWrite)
        #expect(try SQLiteFile(path: path).check(.integrity, scratch: scratch.folder).usedPrivateCopy)
        #expect(try hashes(of: Folder.parent(of: path)) == before)
    }

    @Test("another path's file in its place is noticed") func replaced() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: "delete")
        try scratch.makeDatabase("other.db", journal: "delete")
        let connection = try SQLiteFile(path: path).open()
        let error = sqliteError {
            try connection.copy(to: scratch.path("copy.db"), options: CopyOptions(pagesPerStep: 10)) { _ in
                _ = try? FileManager.default.removeItem(atPath: path.string)  // gone after the first step
                try? FileManager.default.copyItem(atPath: scratch.path("other.db").string, toPath: path.string)
            }
        }
        #expect(error?.kind == .replaced)
        #expect(try scratch.names == ["app.db", "other.db"])
    }
}

@Suite("Waiting and stopping")
struct StoppingTests {
    @Test("a locked database is waited for, then reported with the time waited") func busy() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: "delete")
        let writer = try Writer(path)
        try writer.run("BEGIN EXCLUSIVE")
        let error = sqliteError { try SQLiteFile(path: path).open(busyTimeout: .milliseconds(120)) }
        guard case .busy(let waited) = error?.kind else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(waited >= .milliseconds(120) && waited < .seconds(5))
    }

    @Test("a lock that goes away in time does no harm", .enabled(if: hasProgram("python3"))) func busyForAWhile()
        async throws
    {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: "delete")
        let script =
            "import sqlite3,sys;c=sqlite3.connect(sys.argv[1],isolation_level=None);c.execute('BEGIN EXCLUSIVE')"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let ending = "print('locked',flush=True);import time;time.sleep(0.3)"
        process.arguments = ["python3", "-c", script + ";" + ending, path.string]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        _ = output.fileHandleForReading.availableData
        let report = try SQLiteFile(path: path).open(mode: .readWrite, busyTimeout: .seconds(20)).vacuum()
        #expect(report.after.pageCount > 0)
        process.waitUntilExit()
    }

    @Test("a deadline ends a long statement") func deadline() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        try Writer(path).run(
            "CREATE TABLE slow(a, b GENERATED ALWAYS AS (a)); CREATE VIEW v AS SELECT 1; "
                + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) "
                + "INSERT INTO slow SELECT i FROM n")
        let connection = try SQLiteFile(path: path).open(deadline: .now + .milliseconds(15))
        let error = sqliteError { while true { _ = try connection.contents() } }
        #expect(error?.kind == .deadlinePassed)
        connection.deadline = nil
        #expect(try connection.contents().count == 2)
        connection.deadline = .now
        #expect(sqliteError { try connection.check(.integrity) }?.kind == .deadlinePassed)
        #expect(sqliteError { try connection.copy(to: scratch.path("copy.db")) }?.kind == .deadlinePassed)
        #expect(try !scratch.names.contains("copy.db"))
    }

    @Test("a deadline ends the page check in the midst") func deadlineOfCheck() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "big.db", journal: "delete",
            "PRAGMA page_size=512; VACUUM; CREATE TABLE t(a); CREATE INDEX i ON t(a); "
                + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
                + "INSERT INTO t SELECT hex(randomblob(200)) FROM n")
        let connection = try SQLiteFile(path: path).open(deadline: .now + .milliseconds(40))
        #expect(sqliteError { while true { _ = try connection.check(.integrity) } }?.kind == .deadlinePassed)
        connection.deadline = nil
        #expect(try connection.check(.integrity).verdict == .ok)
    }

    @Test("cancelling the task ends work, waiting included") func cancellation() async throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let work = Task.detached {
            try SQLiteFile(path: path).open().copy(
                to: path.removingLastComponent().appending("copy.db"),
                options: CopyOptions(pagesPerStep: 1, pause: .seconds(600))
            ) { _ in start.yield() }
        }
        for await _ in started { break }
        work.cancel()
        let result = await work.result
        #expect(sqliteError { try result.get() }?.kind == .cancelled)
        #expect(try !scratch.names.contains("copy.db"))
    }
}
