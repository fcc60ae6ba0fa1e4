import Archiving
import Backups
import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@testable import Restoring

@Suite("Files to restore from")
struct SourceTests {
    @Test(
        "are taken by what they hold",
        arguments: [
            ("plain", "cat"), ("copy.db.gz", "gzip -c"), ("copy.db.zst", "zstd -qc"), ("copy.sql", "dump"),
            ("copy.sql.gz", "dump | gzip"), ("copy.txt", "dump | zstd -q"), ("copy.gz", "cat"),
        ])
    func kinds(_ name: String, _ command: String) async throws {
        let scratch = try Scratch()
        let other = try scratch.makeDatabase("other.db", journal: "delete", rows: 40)
        let expected = try contents(of: other)
        try scratch.makeDatabase()
        let file = scratch.path(name)
        let script = command.replacingOccurrences(of: "dump", with: "sqlite3 '\(other)' .dump")
        let made = script.contains("|") || script.contains("dump") ? script : "\(script) < '\(other)'"
        try #require(try runProgram("sh", ["-c", "\(made) > '\(file)'"]).status == 0)
        let result = try await scratch.restore(.file(file))
        #expect(result.outcome == .restored)
        #expect(try contents(of: scratch.database) == expected)

        let sealed = scratch.path("sealed")
        try Seal.close(file, into: sealed)
        try runSQL("DELETE FROM users", on: scratch.database)
        try await scratch.restore(.file(sealed))
        #expect(try contents(of: scratch.database) == expected)
        var keyless = scratch.tools()
        keyless.decrypt = nil
        let tools = keyless
        await #expect(throws: RestoreError.self) { try await scratch.restore(.file(sealed), tools: tools) }
        #expect(try Folder.entries(of: scratch.path("state/restores")).allSatisfy { !$0.hasPrefix("plan-") })
    }

    @Test("include what lies beside a database", arguments: [Leftover.wal, .hotJournal])
    func sidecars(_ leftover: Leftover) async throws {
        let scratch = try Scratch()
        let other = try scratch.makeDatabase("other.db", journal: leftover == .wal ? "wal" : "delete", rows: 300)
        let before = try contents(of: other)
        try leftover.make(other)
        try scratch.makeDatabase(rows: 5)
        try await scratch.restore(.file(other))
        let rows = try #require(try contents(of: scratch.database).first).rows
        #expect(rows == (leftover == .wal ? 350 : 300))
        if leftover == .hotJournal { #expect(try contents(of: scratch.database) == before) }
    }

    @Test(
        "that cannot be restored are refused before anything is touched",
        arguments: [
            ("missing", "true", "no such file"), ("empty", ": > \"$1\"", "it is empty"),
            ("folder", "mkdir \"$1\"", "not a regular file"), ("text", "echo hello > \"$1\"", "neither a SQLite"),
            ("cut.gz", "gzip -c \"$0\" | head -c 3000 > \"$1\"", "damaged"),
            ("zero.gz", "gzip < /dev/null > \"$1\"", "nothing in it"),
            ("short.db", "head -c 20000 \"$0\" > \"$1\"", "damaged"),
            ("holes.db", "cp \"$0\" \"$1\"; dd if=/dev/zero of=\"$1\" bs=4096 seek=3 count=3 conv=notrunc", "damaged"),
            ("bad.sql", "printf 'BEGIN; CREATE TABLE a(x); ROLLBACK;' > \"$1\"", "takes back"),
            ("none.sql", "printf -- '-- nothing\\n' > \"$1\"", "no SQL"),
        ])
    func refused(_ name: String, _ script: String, _ words: String) async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase(journal: "delete")
        let before = try DatabaseStamp.of(live)
        let file = scratch.path(name)
        try runProgram("sh", ["-c", script, live.string, file.string])
        let error = await #expect(throws: (any Error).self) { try await scratch.restore(.file(file)) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(words), "\(error.map { "\($0)" } ?? "")")
        #expect(try DatabaseStamp.of(live) == before)
        #expect(try scratch.liveNames() == ["test.db"])
        let own = await #expect(throws: RestoreError.self) { try await scratch.restore(.file(live)) }
        #expect(own?.description.contains("the database itself") == true)
    }

    @Test("a set that is not what its manifest tells, or does not count, is refused")
    func badSets() async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase()
        let known = try await scratch.backUp()
        let proof = FolderRecord.Proof(at: Date(), outcome: .failed, detail: "rows differ", seconds: 1)
        let failed = KnownSet(set: known.set, drill: proof)
        let unnamed = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(failed)) }
        #expect(unnamed?.description.contains("rows differ") == true)
        #expect(try await scratch.restore(.set(failed, isNamed: true)).outcome == .restored)

        let file = known.set.filePaths[0]
        var stored = try bytes(of: file)
        stored[stored.count / 2] ^= 1
        try DurableFile.write(stored, to: file, permissions: .ownerReadWrite)
        let before = try contents(of: live)
        let service = PretendedService()
        let error = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(known), service) }
        #expect(error?.description.contains("not what was backed up") == true)
        #expect(service.calls.isEmpty, "a bad backup costs nobody an outage")
        #expect(try contents(of: live) == before)
        #expect(try scratch.store.unfinished(of: live).isEmpty)
    }
}
