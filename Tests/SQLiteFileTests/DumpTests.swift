import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("Export as SQL")
struct DumpTests {
    private let awkward = """
        PRAGMA user_version=12; PRAGMA application_id=99;
        CREATE TABLE "odd ""name"" 'x'"("a b", "select", [c]);
        INSERT INTO "odd ""name"" 'x'" VALUES (NULL, 'it''s', X''), (X'00ff10', '', 'two
        lines'), ('nul' || char(0) || 'inside', char(0), CAST(X'ff80fe' AS TEXT));
        CREATE TABLE numbers(i INTEGER, r REAL, n NUMERIC, t TEXT, b);
        INSERT INTO numbers VALUES (9223372036854775807, 9e999, 1e16, '1', 0.1), (-9223372036854775808, -9e999, 0.5, '1.0', 1.0);
        CREATE TABLE parent(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE COLLATE NOCASE) STRICT;
        CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent(id), g AS (parent * 2), h AS (id) STORED);
        INSERT INTO child(id, parent) VALUES (1, 1), (2, 77);
        INSERT INTO parent VALUES (1, 'one'), (500, 'many'); DELETE FROM parent WHERE id = 500;
        CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('z', 1), ('a', 2);
        CREATE VIEW v AS SELECT * FROM parent; CREATE TRIGGER t AFTER INSERT ON w BEGIN DELETE FROM child; END;
        CREATE INDEX partial ON child(parent) WHERE parent > 3; CREATE INDEX expr ON w(v + 1);
        CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('hello world');
        ANALYZE;
        """

    private func dump(_ path: FilePath, to text: FilePath) throws {
        var bytes: [UInt8] = []
        try SQLiteFile(path: path).open().dumpSQL { bytes.append(contentsOf: $0) }
        try DurableFile.write(bytes, to: text, permissions: .ownerReadWrite)
    }

    @Test("is read back equal by a plain connection", arguments: ["UTF-8", "UTF-16le", "UTF-16be"])
    func roundTrip(_ encoding: String) throws {
        let scratch = try Scratch()
        // What is not UTF-8 cannot be stored as UTF-16.
        let sql =
            encoding == "UTF-8" ? awkward : awkward.replacingOccurrences(of: "CAST(X'ff80fe' AS TEXT)", with: "'x'")
        let path = try scratch.makeDatabase("a.db", "PRAGMA encoding='\(encoding)';" + sql)
        try dump(path, to: scratch.path("a.sql"))
        let text = try String(decoding: DurableFile.read(scratch.path("a.sql"), limit: 1 << 24), as: UTF8.self)
        try Writer(scratch.path("b.db")).run(text)
        let (source, loaded) = (try SQLiteFile(path: path).open(), try SQLiteFile(path: scratch.path("b.db")).open())
        #expect(try loaded.contents() == source.contents())
        let (facts, expected) = (try loaded.facts(), try source.facts())
        #expect(facts.schemaHash == expected.schemaHash && facts.encoding == encoding)
        #expect(facts.userVersion == 12 && facts.applicationID == 99)
        #expect(try SQLiteFile(path: scratch.path("b.db")).check(.integrity).verdict == .ok)
        #expect(
            try Writer(scratch.path("b.db")).text("SELECT body FROM notes WHERE notes MATCH 'world'") == "hello world")
        #expect(try Writer(scratch.path("b.db")).text("SELECT count(*) FROM sqlite_stat1") != "0")
    }

    @Test("is read back equal by SQLite's shell", .enabled(if: hasProgram("sqlite3"))) func shell() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase("a.db", awkward)
        try dump(path, to: scratch.path("a.sql"))
        let loaded = try runProgram("sqlite3", ["-bail", scratch.path("b.db").string], input: scratch.path("a.sql"))
        #expect(loaded.status == 0)
        let result = try SQLiteFile(path: scratch.path("b.db")).open()
        #expect(try result.contents() == SQLiteFile(path: path).open().contents())
    }

    @Test("every number comes back to the last bit") func reals() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase("a.db", "CREATE TABLE t(a)")
        var numbers = [
            0, 0.1, 1, -1, 1e15, 1e16, 1e22, 1e23, 123_456_789.123_456_78, .pi, .leastNonzeroMagnitude,
            -.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
            .infinity, -.infinity, 0.1 + 0.2, 1.0.nextUp, 1.0.nextDown, 9_007_199_254_740_992, 4.35, 2.3e-308,
        ]
        var random = SystemRandomNumberGenerator()
        numbers += (0..<10_000).map { _ in Double(bitPattern: random.next()) }.filter { !$0.isNaN }
        numbers += (0..<20_000).map { _ in Double(Int64.random(in: -9_999_999...9_999_999)) / 1e4 }
        numbers += (0..<20_000).map { _ in Double(Int64.random(in: 1...999_999_999_999_999)) / 1e15 }
        try Writer(path).insert(numbers, into: "t")
        try dump(path, to: scratch.path("a.sql"))
        let text = try String(decoding: DurableFile.read(scratch.path("a.sql"), limit: 1 << 26), as: UTF8.self)
        #expect(text.contains("VALUES(4.35)") && text.contains("VALUES(-1e999)"))
        try Writer(scratch.path("b.db")).run(text)
        let result = try SQLiteFile(path: scratch.path("b.db")).open()
        #expect(try result.contents() == SQLiteFile(path: path).open().contents())
    }

    @Test("a damaged table ends it with an error and without a COMMIT", .enabled(if: hasProgram("xz")))
    func damaged() throws {
        let scratch = try Scratch()
        let row = try #require(DamagedDatabase.all.first { $0.name == "random-table-leaf" })
        let path = try row.unpack(into: scratch)
        var bytes: [UInt8] = []
        let error = sqliteError { try SQLiteFile(path: path).open().dumpSQL { bytes.append(contentsOf: $0) } }
        #expect(error?.kind == .damaged && error?.operation == "read table users")
        #expect(!String(decoding: bytes, as: UTF8.self).contains("COMMIT"))
    }

    @Test("what the sink throws ends it") func sink() throws {
        struct Full: Error {}
        let scratch = try Scratch()
        let connection = try SQLiteFile(path: scratch.makeDatabase()).open()
        #expect(throws: Full.self) { try connection.dumpSQL { _ in throw Full() } }
        #expect(try connection.contents().map(\.rows) == [2000])
    }
}
