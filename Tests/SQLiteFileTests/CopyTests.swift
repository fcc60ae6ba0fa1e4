import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

@Suite("Copying a live database")
struct CopyTests {
    @Test("the copy is private, self-contained and equal", arguments: ["wal", "delete"])
    func plain(_ journal: String) throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", journal: "delete", "PRAGMA encoding='UTF-16le'; PRAGMA page_size=1024; " + usersSQL)
        try Writer(path).run("PRAGMA page_size=1024; VACUUM; PRAGMA journal_mode=\(journal)")
        let writer = try Writer(path)
        try writer.run("INSERT INTO users(name) VALUES ('in the WAL')")
        let connection = try SQLiteFile(path: path).open()
        let copy = scratch.path("copy.db")
        var seen: [CopyProgress] = []
        let report = try connection.copy(to: copy, options: CopyOptions(pagesPerStep: 10)) { progress in
            seen.append(progress)
            let mode = try FileFacts.of(copy, followingLinks: false)?.permissions
            #expect(mode == .ownerReadWrite)
        }
        #expect(report.restarts == 0 && report.sourceJournalMode == journal && !report.passedWALLimit)
        #expect(report.bytes == Int64(report.pages * report.pageSize))
        #expect(seen.count > 3 && seen.last?.fraction == 1)
        #expect(try scratch.names.filter { $0.hasPrefix("copy") } == ["copy.db"])
        let copied = try SQLiteFile(path: copy).open()
        let (source, facts) = (try connection.facts(), try copied.facts())
        #expect(
            facts.journalMode == "delete" && facts.encoding == "UTF-16le" && facts.pageSize == 1024
                && source.pageSize == 1024)
        #expect(try copied.contents() == connection.contents())
        #expect(try SQLiteFile(path: copy).check([.integrity, .foreignKeys]).verdict == .ok)
    }

    @Test("while others commit a copy goes in short steps, rests, and says that the database is busy")
    func yields() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase("app.db", journal: "wal", "PRAGMA page_size=1024; " + usersSQL)
        let service = try Writer(path)
        let connection = try SQLiteFile(path: path).open()
        func steps(_ name: String, _ between: () throws -> Void) throws -> (pages: [Int], report: CopyReport) {
            var copied: [Int] = []
            let report = try connection.copy(to: scratch.path(name), options: CopyOptions(pagesPerStep: 8)) {
                copied.append($0.copiedPages)
                try between()
            }
            return (zip(copied.dropFirst(), copied).map { $0 - $1 }, report)
        }
        let alone = try steps("alone.db") {}
        #expect(alone.report.stepsWithCommits == 0 && !alone.report.isBusyDatabase)
        #expect(alone.pages.dropLast().allSatisfy { $0 == 8 })
        let busy = try steps("busy.db") { try service.run("UPDATE users SET age = age + 1 WHERE id = 1") }
        #expect(busy.report.stepsWithCommits > 5 && busy.report.isBusyDatabase, "\(busy)")
        #expect(busy.pages.dropFirst().allSatisfy { $0 <= 2 })
        // Both are the database as it was when they began.
        #expect(
            try SQLiteFile(path: scratch.path("alone.db")).open().contents()
                == SQLiteFile(path: scratch.path("busy.db")).open().contents())
    }

    @Test("what is there already is neither overwritten nor removed", arguments: ["file", "folder", "link"])
    func existing(_ kind: String) throws {
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open()
        let copy = scratch.path("copy.db")
        switch kind {
        case "file": try DurableFile.write([1, 2, 3], to: copy, permissions: .ownerReadWrite)
        case "folder": try Folder.create(copy)
        default: try FileManager.default.createSymbolicLink(atPath: copy.string, withDestinationPath: "nowhere")
        }
        #expect(sqliteError { try connection.copy(to: copy) }?.kind == .alreadyExists)
        #expect(try FileFacts.of(copy, followingLinks: false) != nil)
        #expect(try !scratch.names.contains("nowhere"))
    }

    @Test("without its folder there is no copy") func missingFolder() throws {
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open()
        #expect(sqliteError { try connection.copy(to: scratch.path("none/copy.db")) }?.kind == .missing)
    }

    @Test("nothing is left when the caller breaks off") func brokenOff() throws {
        struct Enough: Error {}
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open()
        #expect(throws: Enough.self) {
            _ = try connection.copy(to: scratch.path("copy.db"), options: CopyOptions(pagesPerStep: 10)) { _ in
                throw Enough()
            }
        }
        #expect(try !scratch.names.contains { $0.hasPrefix("copy") })
        #expect(try connection.contents().map(\.rows) == [2000])
    }

    @Test("beyond the WAL's limit the rest is copied in one step") func walLimit() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let writer = try Writer(path)
        let connection = try SQLiteFile(path: path).open()
        let before = try connection.contents()
        var steps = 0
        let report = try connection.copy(
            to: scratch.path("copy.db"), options: CopyOptions(pagesPerStep: 5, walLimit: 200_000)
        ) { _ in
            steps += 1
            if steps == 3 { try writer.run("UPDATE users SET note = hex(randomblob(60))") }
        }
        #expect(report.passedWALLimit && report.walBytesPeak > 200_000 && steps <= 5 && report.restarts == 0)
        #expect(try SQLiteFile(path: scratch.path("copy.db")).open().contents() == before)
    }

    @Test("with a rollback journal commits are held up only so long") func writeBlock() throws {
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase(journal: "delete")).open()
        let options = CopyOptions(pagesPerStep: 1, longestWriteBlock: .zero)
        let error = sqliteError { try connection.copy(to: scratch.path("copy.db"), options: options) }
        #expect(error?.kind == .deadlinePassed && error?.message.contains("held up") == true)
        #expect(try scratch.names == ["app.db"])
    }

    @Test("a busy writer in another process neither restarts nor spoils it", .enabled(if: hasProgram("python3")))
    func busyWriter() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db",
            """
            CREATE TABLE big(id INTEGER PRIMARY KEY, body BLOB); CREATE TABLE log(id INTEGER PRIMARY KEY, at REAL);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 15000)
            INSERT INTO big SELECT i, randomblob(4000) FROM n;
            """)
        let program = """
            import sqlite3,sys,time
            c=sqlite3.connect(sys.argv[1],isolation_level=None,timeout=30)
            c.execute('PRAGMA synchronous=NORMAL')
            n=0
            while True:
                c.execute('INSERT INTO log(at) VALUES (?)',(time.time(),))
                c.execute('UPDATE big SET body=randomblob(4000) WHERE id=?',(n%15000+1,))
                n+=1
                if n==20: print('going',flush=True)
                time.sleep(0.005)
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", program,
            path.string,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        defer {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        _ = output.fileHandleForReading.availableData
        let connection = try SQLiteFile(path: path).open(deadline: .now + .seconds(60))
        let committed = try #require(Int(try Writer(path).text("SELECT count(*) FROM log") ?? ""))
        var (pinned, report): ([TableContents], CopyReport?) = ([], nil)
        try connection.withSnapshot {
            report = try connection.copy(
                to: scratch.path("copy.db"), options: CopyOptions(pagesPerStep: 256, pause: .milliseconds(2)))
            pinned = try connection.contents()
        }
        let result = try #require(report)
        #expect(result.restarts == 0 && result.bytes > 60_000_000 && result.walBytesPeak > 0)
        let copy = try SQLiteFile(path: scratch.path("copy.db")).open()
        #expect(try copy.contents() == pinned)
        #expect(pinned.first { $0.name == "log" }.map { $0.rows >= committed } == true)
        let later = try #require(Int(try Writer(path).text("SELECT count(*) FROM log") ?? ""))
        #expect(later > (pinned.first { $0.name == "log" }?.rows ?? .max), "the writer went on meanwhile")
        #expect(try SQLiteFile(path: scratch.path("copy.db")).check(.integrity).verdict == .ok)
    }

    @Test("a full disk is an error and leaves nothing", .enabled(if: canMount, "needs the right to mount"))
    func fullDisk() throws {
        let scratch = try Scratch()
        let small = scratch.path("small")
        try Folder.create(small)
        try #require(try runProgram("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", small.string]).status == 0)
        defer { _ = try? runProgram("umount", [small.string]) }  // a mount that stays makes the removal fail
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open()
        let error = sqliteError { try connection.copy(to: small.appending("copy.db")) }
        #expect(error?.kind == .diskFull && error?.path.lastComponent?.string == "copy.db")
        #expect(try Folder.entries(of: small).isEmpty)
    }

    @Test(
        "a WAL database on a read-only file system is refused clearly, another is read",
        .enabled(if: canMount, "needs the right to mount"), arguments: ["wal", "delete"])
    func readOnlyFileSystem(_ journal: String) throws {
        let scratch = try Scratch()
        let disk = scratch.path("disk")
        try Folder.create(disk)
        try #require(try runProgram("mount", ["-t", "tmpfs", "-o", "size=10m", "tmpfs", disk.string]).status == 0)
        defer { _ = try? runProgram("umount", [disk.string]) }  // a mount that stays makes the removal fail
        let path = try scratch.makeDatabase("disk/app.db", journal: journal)
        try #require(try runProgram("mount", ["-o", "remount,ro", disk.string]).status == 0)
        let file = SQLiteFile(path: path)
        if journal == "wal" {
            let error = sqliteError { try file.open() }
            #expect([.readOnly, .permission].contains(error?.kind), "\(String(describing: error))")
        } else {
            #expect(try file.open().contents().map(\.rows) == [2000])
            let report = try file.check(.integrity)
            #expect(report.verdict == .ok && !report.checkedConstraints)
            #expect(sqliteError { try file.open(mode: .readWrite) }?.kind == .permission)
        }
    }
}

/// Whether this process may mount file systems.
let canMount: Bool = {
    guard geteuid() == 0, let scratch = try? Scratch() else { return false }
    // Failing is an answer, not an error.
    guard (try? runProgram("mount", ["-t", "tmpfs", "tmpfs", scratch.folder.string]).status) == 0 else { return false }
    return (try? runProgram("umount", [scratch.folder.string]).status) == 0
}()
