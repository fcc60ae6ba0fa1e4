import DurableFiles
import SQLiteFile
import Salvage
import SystemPackage
import Testing

@Suite("The schema of a repaired database")
struct SchemaTests {
    /// A database that claims too many pages, so that it is salvaged rather than copied.
    private func damaged(_ sql: String, in scratch: Scratch) throws -> FilePath {
        let path = scratch.path("app.db")
        try Connection(path).run(sql)
        var bytes = try DatabaseBytes(path)
        bytes.put(bytes.pageCount + 50, at: 28, bytes: 4)
        try bytes.save(path)
        return path
    }

    @Test("lacks a UNIQUE index that the rows contradict, keeps the rows and says so")
    func uniqueIndex() throws {
        let scratch = try Scratch()
        let path = try damaged(
            """
            CREATE TABLE t(a); INSERT INTO t VALUES (1), (1), (2); CREATE INDEX t_by_a ON t(a);
            PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX t_by_a ON t(a)' WHERE type = 'index'
            """, in: scratch)
        let report = try scratch.repair(path)
        #expect(report.tables.map(\.rows) == [3])
        #expect(report.notes.contains { $0.contains("t_by_a was left out") && $0.contains("CREATE UNIQUE INDEX") })
        #expect(try Connection(scratch.path("new.db")).text("SELECT count(*) FROM sqlite_schema") == "1")
    }

    @Test("keeps rows that a constraint of their table forbids in lost_and_found")
    func constraint() throws {
        let scratch = try Scratch()
        let path = try damaged(
            """
            CREATE TABLE t(a CHECK(a < 10), b TEXT); PRAGMA ignore_check_constraints=ON;
            INSERT INTO t VALUES (1, 'fine'), (11, 'forbidden')
            """, in: scratch)
        let report = try scratch.repair(path)
        #expect(report.lostAndFound == 1 && report.tables.first?.inLostAndFound == 1)
        #expect(report.tables.first?.lostAtLeast == 0 && report.verdict == .ok)
        let kept = try Connection(scratch.path("new.db")).rows("id,table_name,c0,c1", of: "lost_and_found")
        #expect(kept == ["2|'t'|11|'forbidden'"])
    }

    @Test("has its virtual tables, which work")
    func virtualTable() throws {
        let scratch = try Scratch()
        let path = try damaged(
            """
            CREATE VIRTUAL TABLE docs USING fts5(body);
            INSERT INTO docs VALUES ('a watchman walks'), ('the round begins'), ('nothing')
            """, in: scratch)
        let report = try scratch.repair(path)
        let new = try Connection(scratch.path("new.db"))
        #expect(try new.texts("SELECT body FROM docs WHERE docs MATCH 'round'") == ["the round begins"])
        try new.run("INSERT INTO docs(docs) VALUES ('integrity-check')")
        #expect(report.notes.contains { $0.contains("docs") })
    }

    @Test("that was changed to a statement of another kind is not run")
    func hostileSQL() throws {
        let scratch = try Scratch()
        let path = try damaged(
            """
            CREATE TABLE t(a); INSERT INTO t VALUES (1); CREATE TABLE u(a); INSERT INTO u VALUES (2); CREATE INDEX i ON t(a);
            PRAGMA writable_schema=ON;
            UPDATE sqlite_schema SET sql = 'ATTACH ''\(scratch.path("evil.db"))'' AS e' WHERE name = 'u';
            UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(a); DROP TABLE t' WHERE name = 'i'
            """, in: scratch)
        let report = try scratch.repair(path)
        #expect(report.tables.first { $0.name == "t" }?.rows == 1)
        #expect(report.lostAndFound == 1, "the rows of u are kept")
        #expect(try FileFacts.of(scratch.path("evil.db"), followingLinks: false) == nil)
    }

    @Test("does not bring back deleted rows from free pages")
    func deletedRows() throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try Service().make(path)
        try Connection(path).run("DELETE FROM mixed WHERE id > 100; DELETE FROM plain")
        let before = try Service.contents(of: path)
        var bytes = try DatabaseBytes(path)
        bytes.bytes[0] ^= 0x20
        try bytes.save(path)
        let report = try scratch.repair(path)
        #expect(try Service.contents(of: scratch.path("new.db")) == before)
        #expect(report.lostAndFound == 0)
        #expect(report.notes.contains { $0.contains("free pages were left alone") })
    }
}
