import Digests
import SQLiteFile
import SystemPackage
import Testing

@Suite("Facts and contents")
struct ContentsTests {
    private func contents(_ path: FilePath) throws -> [TableContents] { try SQLiteFile(path: path).open().contents() }

    @Test("facts tell the header, the sizes and the library") func facts() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", journal: "wal", "PRAGMA user_version=7; PRAGMA application_id=42; " + usersSQL)
        let writer = try Writer(path)
        try writer.run("DELETE FROM users WHERE id > 100")
        let facts = try SQLiteFile(path: path).open().facts()
        #expect(facts.pageSize == 4096 && facts.journalMode == "wal" && facts.encoding == "UTF-8")
        #expect(facts.userVersion == 7 && facts.applicationID == 42)
        #expect(facts.freePages > 0 && facts.freePages < facts.pageCount)
        #expect(facts.fileBytes > 0 && facts.walBytes > 0 && facts.freeBytes == Int64(facts.freePages) * 4096)
        #expect(facts.sqliteVersion.number > 3_037_000)
    }

    @Test("the schema's hash changes with the schema and with nothing else") func schemaHash() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let writer = try Writer(path)
        func hash() throws -> SHA256Digest { try SQLiteFile(path: path).open().facts().schemaHash }
        let first = try hash()
        try writer.run("DELETE FROM users WHERE id < 1000; ANALYZE; VACUUM; PRAGMA user_version=3")
        #expect(try hash() == first)
        try writer.run("DROP INDEX users_by_age")
        #expect(try hash() != first)
    }

    @Test(
        "the versions with the WAL-reset bug are known",
        arguments: [
            (3_006_023, false), (3_007_000, true), (3_040_001, true), (3_044_005, true), (3_044_006, false),
            (3_045_000, true), (3_050_006, true), (3_050_007, false), (3_051_002, true), (3_051_003, false),
        ])
    func walResetBug(_ number: Int, has: Bool) { #expect(SQLiteVersion(number: number).hasWALResetBug == has) }

    @Test("the hash of a table is the documented one") func vector() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", journal: "delete",
            "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, NULL), ('hé', X'00ff'), (-2, 0.5)")
        func number(_ value: Int64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
        var bytes = number(2) + [3] + number(1) + [0x61, 3] + number(1) + [0x62]
        bytes += [1] + number(1) + [0]
        bytes += [3] + number(3) + Array("hé".utf8) + [4] + number(2) + [0, 0xff]
        bytes += [1] + number(-2) + [2] + number(Int64(bitPattern: (0.5).bitPattern))
        let table = try #require(try contents(path).first)
        #expect(table.rows == 3 && table.name == "t")
        #expect(table.sha256 == (try SHA256Digest(of: bytes)))
    }

    @Test("values larger than any buffer are hashed too") func largeValues() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", journal: "delete", "CREATE TABLE t(a); INSERT INTO t VALUES (zeroblob(3000000)), ('x')")
        let first = try contents(path)
        try Writer(path).run("UPDATE t SET a = zeroblob(2999999) || X'01' WHERE a != 'x'")
        #expect(try contents(path) != first)
    }

    @Test(
        "any difference shows",
        arguments: [
            "UPDATE t SET a = '1' WHERE a = 1", "UPDATE t SET a = 1.0 WHERE a = 1",
            "UPDATE t SET b = X'78' WHERE b = 'x'",
            "UPDATE t SET b = NULL WHERE b = ''", "DELETE FROM t WHERE a = 2", "INSERT INTO t VALUES (NULL, NULL)",
            "ALTER TABLE t RENAME COLUMN a TO c", "ALTER TABLE t RENAME TO u", "UPDATE t SET a = 3 - a",
            "UPDATE t SET b = 'x' || char(0) || 'y' WHERE b = 'x'", "CREATE TABLE empty(a)",
        ])
    func differences(_ change: String) throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", journal: "delete", "CREATE TABLE t(a, b); INSERT INTO t VALUES (1, 'x'), (2, '')")
        let first = try contents(path)
        try Writer(path).run(change)
        #expect(try contents(path) != first)
    }

    @Test("indexes, statistics, VACUUM and the encoding do not show") func sameness() throws {
        let scratch = try Scratch()
        let rows = """
            CREATE TABLE t(a, b TEXT); INSERT INTO t(rowid, a, b) VALUES (5, 1, 'é'), (9, 2, '😀'), (70, 3, X'00'), (80, 1e300, 'x');
            CREATE TABLE w(k TEXT COLLATE NOCASE, n INT, PRIMARY KEY(n DESC, k)) WITHOUT ROWID;
            INSERT INTO w VALUES ('b', 1), ('A', 1), ('c', 2);
            CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT, rowid, oid, _rowid_); INSERT INTO s(rowid) VALUES (3), (1);
            CREATE TABLE g(a, b AS (a + 1), c AS (a * 2) STORED); INSERT INTO g(a) VALUES (1), (2);
            """
        let plain = try contents(scratch.makeDatabase("a.db", rows))
        #expect(plain.map(\.name) == ["g", "s", "sqlite_sequence", "t", "w"])
        #expect(plain.map(\.rows) == [2, 2, 1, 4, 3])
        let more = rows + "CREATE INDEX i ON t(b, a); CREATE INDEX j ON w(k); ANALYZE; VACUUM;"
        #expect(try contents(scratch.makeDatabase("b.db", more)) == plain)
        for encoding in ["UTF-16le", "UTF-16be"] {
            let path = try scratch.makeDatabase("\(encoding).db", "PRAGMA encoding='\(encoding)';" + rows)
            #expect(try contents(path) == plain)
        }
    }

    @Test("a quote that an accent joins to its neighbour is a quote all the same") func accents() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", journal: "delete",
            "CREATE TABLE \"a\"\"\u{301}b\"(\"c\"\"\u{301}\"); INSERT INTO \"a\"\"\u{301}b\" VALUES (1)")
        let contents = try contents(path)
        #expect(contents.map(\.name) == ["a\"\u{301}b"] && contents.map(\.rows) == [1])
    }

    @Test("a virtual table counts by its shadow tables") func virtualTables() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(
            "app.db", "CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('hello'), ('world');")
        let names = try contents(path).map(\.name)
        #expect(names == ["notes_config", "notes_content", "notes_data", "notes_docsize", "notes_idx"])
    }

    @Test("a snapshot sees one instant in all that is asked of it") func snapshot() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase()
        let writer = try Writer(path)
        let connection = try SQLiteFile(path: path).open()
        try connection.withSnapshot {
            let first = try connection.contents()
            try writer.run("DELETE FROM users WHERE id > 5")
            #expect(try connection.contents() == first)
            let copy = scratch.path("copy.db")
            _ = try connection.copy(to: copy)
            #expect(try contents(copy) == first)
        }
        #expect(try connection.contents().map(\.rows) == [5])
    }
}
