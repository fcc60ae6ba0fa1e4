import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

/// Hands out a text in pieces of a size.
func source(_ bytes: [UInt8], piece: Int = 1 << 16) -> ByteSource {
    var position = 0
    return { buffer in
        let count = min(piece, buffer.count, bytes.count - position)
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position..<position + count]))
        }
        position += count
        return count
    }
}

@Suite("Import of SQL")
struct ImportTests {
    private let begin = "BEGIN TRANSACTION;\nCREATE TABLE t(a, b);\n"

    private func load(
        _ sql: String, in scratch: Scratch, piece: Int = 1 << 16, limits: ImportLimits = ImportLimits()
    ) throws -> ImportReport {
        try SQLImport.run(
            into: scratch.path("new.db"), named: "dump.sql", limits: limits,
            source: source(Array(sql.utf8), piece: piece))
    }

    /// The error of an import, which must leave nothing behind.
    private func refusal(_ sql: String, limits: ImportLimits = ImportLimits()) throws -> ImportError {
        let scratch = try Scratch()
        let error = try #require(throws: ImportError.self) { try load(sql, in: scratch, limits: limits) }
        #expect(try scratch.names.isEmpty)
        #expect(error.description.hasSuffix("Nothing was imported."))
        return error
    }

    @Test(
        "reads statements whatever quotes, comments and bodies hold, in pieces of any size",
        arguments: [1, 2, 3, 7, 1 << 16])
    func splits(_ piece: Int) throws {
        let scratch = try Scratch()
        let sql = """
            \u{FEFF}-- a comment; with 'quotes
            /* another; /* */ PRAGMA foreign_keys=OFF;;
            begin transaction;
            CREATE TABLE "a;b"([c;d], `e;``f`, "g"";h" /* ; */ DEFAULT ';''');
            INSERT INTO "a;b" VALUES('x;''y', '--', '/*'), (1 - -1, 6/2, X'3b');
            CREATE TABLE log(n);
            CREATE TRIGGER one AFTER INSERT ON "a;b" BEGIN
              SELECT CASE WHEN new.[c;d] = 1 THEN 'end;' ELSE 2 END; -- end;
              INSERT INTO log SELECT CASE 1 WHEN 1 THEN 2 END;
              DELETE FROM log WHERE n = 'END'; END;
            CREATE TRIGGER "end" AFTER DELETE ON log BEGIN UPDATE log SET n = 1; end /* ; */ ;
            CREATE VIEW temp_view AS SELECT 1 AS "end"; -- last
            CREATE TABLE triggers(trigger, "temp"); insert into log values (5);
            commit; -- the end
            """
        let report = try load(sql, in: scratch, piece: piece)
        #expect(report.tables.map(\.name) == ["a;b", "log", "triggers"] && report.tables.map(\.rows) == [2, 1, 0])
        #expect(report.statements == 11)
        let names = try Writer(scratch.path("new.db")).text(
            "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'trigger'")
        #expect(names == "one,end")
        #expect(try scratch.names == ["new.db"])
        let mode = try FileFacts.of(scratch.path("new.db"), followingLinks: false)?.permissions
        #expect(mode == .ownerReadWrite)
    }

    @Test(
        "what is not whole is refused with a sentence",
        arguments: [
            ("", ImportError.Kind.empty, nil, "no SQL at all"),
            ("-- nothing\n /* here */ ; ;", .empty, nil, "no SQL at all"),
            ("BEGIN; COMMIT;", .empty, nil, "nothing in it makes a table"),
            (
                "PRAGMA foreign_keys=OFF;\nBEGIN;\nCREATE TABLE t(a);\nINSERT INTO t VALUES(1);\nROLLBACK; -- due to errors\n",
                .forbidden, 5, "damaged"
            ),
            ("BEGIN;\nCREATE TABLE t(a);\nINSERT INTO t VALUES(1);\n", .incomplete, 3, "before the COMMIT"),
            ("BEGIN;\nCREATE TABLE t(a);\nINSERT INTO t VALUES('a", .incomplete, 3, "middle of a statement"),
            ("BEGIN;\nCREATE TABLE t(a);\nCOMMIT", .incomplete, 3, "middle of a statement"),
            ("CREATE TABLE t(a);\nINSERT INTO t VALUES(1);\n", .incomplete, nil, "no BEGIN and COMMIT"),
            (
                "BEGIN;\nCREATE TABLE t(a);\nEND TRANSACTION;BEGIN;\nINSERT INTO t VALUES(2);", .incomplete, 4,
                "before the COMMIT"
            ),
            ("BEGIN;CREATE TABLE t(a);\n\nINSERT INTO t VALUES(1,2);COMMIT;", .malformed, 3, "2 values were supplied"),
            (
                "BEGIN;CREATE TABLE t(a UNIQUE);\nINSERT INTO t VALUES(1);\n\nINSERT INTO t VALUES(1);COMMIT;",
                .malformed, 4, "UNIQUE"
            ),
            ("BEGIN;CREATE TABLE t(a);\nINSERT INTO t VALUES('a\0b');COMMIT;", .malformed, 2, "NUL"),
            ("hello there;", .malformed, 1, "syntax error"),
        ] as [(String, ImportError.Kind, Int?, String)])
    func notWhole(_ sql: String, _ kind: ImportError.Kind, _ line: Int?, says: String) throws {
        let error = try refusal(sql)
        #expect(error.kind == kind && error.line == line, "\(error)")
        #expect(error.description.contains(says), "\(error)")
    }

    @Test(
        "what reaches beyond the new database is refused",
        arguments: [
            "ATTACH '/tmp/other.db' AS other;", "DETACH main;", "VACUUM;", "VACUUM INTO '/tmp/copy.db';",
            "SELECT load_extension('/tmp/evil.so');", "SELECT writefile('/tmp/x', 'y');",
            "SELECT readfile('/etc/passwd');",
            "INSERT INTO t SELECT edit('x');", "SELECT fts3_tokenizer('x', x'00');",
            "CREATE TEMP TABLE x(a);", "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END;",
            "CREATE TEMP VIEW x AS SELECT 1;", "INSERT INTO temp.sqlite_master VALUES(1,2,3,4,5);",
            "SAVEPOINT a;", "PRAGMA temp_store_directory='/tmp';", "PRAGMA data_store_directory='/tmp';",
            "PRAGMA trusted_schema=ON;", "PRAGMA max_page_count=1000000;", "PRAGMA hard_heap_limit=1;",
            "CREATE VIRTUAL TABLE x USING csv(filename='/etc/passwd');", "CREATE VIRTUAL TABLE x USING dbstat(main);",
            "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE t(x)';",
            "PRAGMA writable_schema=ON; DELETE FROM sqlite_master;",
            "PRAGMA writable_schema=ON; INSERT INTO sqlite_schema VALUES('table','x','x',2,'CREATE TABLE x(a)');",
            "PRAGMA writable_schema=ON; INSERT OR IGNORE INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table','x','x',0,'CREATE VIRTUAL TABLE x USING fts5(a)');",
        ])
    func forbidden(_ statement: String) throws {
        let error = try refusal("\(begin)\(statement)\nCOMMIT;")
        let isUnknown =
            error.message.contains("no such function") || error.message.contains("may not be modified")
            || error.message.contains("no such module")
        #expect(error.kind == .forbidden || isUnknown || error.message.contains("cannot VACUUM"), "\(error)")
        #expect(error.line == 3, "\(error)")
        let outside = try refusal("CREATE TABLE t(a);\n\(statement)\nBEGIN; COMMIT;")
        #expect(outside.kind == .forbidden || outside.kind == .malformed)
        #expect(
            !FileManager.default.fileExists(atPath: "/tmp/copy.db") && !FileManager.default.fileExists(atPath: "/tmp/x")
        )
    }

    @Test(
        "a virtual table of a dump must be of the exact form",
        arguments: [
            "VALUES('table','n','n',0,'CREATE TABLE n(a)')",
            "VALUES('table','n','n',2,'CREATE VIRTUAL TABLE n USING fts5(a)')",
            "VALUES('table','n','m',0,'CREATE VIRTUAL TABLE n USING fts5(a)')",
            "VALUES('table','n','n',0,'CREATE VIRTUAL TABLE m USING fts5(a)')",
            "VALUES('table','n','n',0,'CREATE VIRTUAL TABLE n USING csv(a)')",
            "VALUES('trigger','n','n',0,'CREATE VIRTUAL TABLE n USING fts5(a)')",
            "VALUES('table','n','n',0,'CREATE VIRTUAL TABLE n USING fts5(a); SELECT 1')",
            "SELECT 'table','n','n',0,'CREATE VIRTUAL TABLE n USING fts5(a)'",
            "VALUES('table','n','n',0,'CREATE VIRTUAL TABLE n USING fts5(a)'),('table','o','o',0,'x')",
        ])
    func schemaEntries(_ values: String) throws {
        let error = try refusal(
            "\(begin)PRAGMA writable_schema=ON;\nINSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)\(values);COMMIT;"
        )
        #expect(error.kind == .forbidden && error.line == 4, "\(error)")
    }

    @Test("a virtual table whose definition cannot be read back is refused") func brokenVirtualTable() throws {
        for arguments in ["(", "(a, a)", "(content='x', nonsense=1)"] {
            let error = try refusal(
                "\(begin)INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','n','n',0,'CREATE VIRTUAL TABLE n USING fts5\(arguments.replacingOccurrences(of: "'", with: "''"))');COMMIT;"
            )
            #expect(error.kind == .damaged, "\(error)")
        }
        let twice =
            "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','T','T',0,'CREATE VIRTUAL TABLE T USING fts5(a)');"
        #expect(try refusal("\(begin)\(twice)COMMIT;").message.contains("already"))
    }

    @Test(
        "what is of another engine or no SQL is called what it is",
        arguments: [
            ("--\n-- PostgreSQL database dump\n--\nSET statement_timeout = 0;\n", "PostgreSQL"),
            ("-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;", "MySQL"),
            ("SET sql_mode = '';", "not of SQLite"),
            ("CREATE TABLE t(a);\nCOPY public.t (a) FROM stdin;\n1\n\\.\n", "PostgreSQL"),
            ("PGDMP\u{1}\u{e}", "pg_restore"), ("SQLite format 3\0...", "restore it as a file"),
            ("PK\u{3}\u{4}", "compressed"), (".tables;", "shell"),
        ])
    func foreign(_ text: String, says: String) throws {
        let error = try refusal(text)
        #expect(error.kind == .foreign && error.description.contains(says), "\(error)")
    }

    @Test("endless work ends at the deadline") func deadline() throws {
        let endless =
            "\(begin)INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i), 1 FROM n;COMMIT;"
        let start = ContinuousClock.now
        let error = try refusal(endless, limits: ImportLimits(deadline: .now + .milliseconds(300)))
        #expect(error.kind == .deadlinePassed && ContinuousClock.now - start < .seconds(5))
    }

    @Test("cancellation ends it") func cancelled() async throws {
        let scratch = try Scratch()
        let path = scratch.path("new.db")
        let task = Task.detached {
            try SQLImport.run(into: path, named: "x.sql") { buffer in
                // A comment without end.
                buffer.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "-"))
                return buffer.count
            }
        }
        task.cancel()
        let error = await #expect(throws: ImportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(try scratch.names.isEmpty)
    }

    @Test("a database that would grow beyond its limit, and a statement beyond its own, are refused") func limits()
        throws
    {
        var limits = ImportLimits()
        limits.largestDatabase = 1 << 20
        let rows =
            "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9000) SELECT randomblob(1000), i FROM n;"
        #expect(try refusal("\(begin)\(rows)COMMIT;", limits: limits).kind == .diskFull)
        limits = ImportLimits()
        limits.longestPiece = 1 << 20
        let long = try refusal(
            "\(begin)INSERT INTO t VALUES('\(String(repeating: "x", count: 3 << 20))', 1);COMMIT;", limits: limits)
        #expect(long.kind == .overLimit && long.line == 3)
        #expect(
            try refusal("\(begin)INSERT INTO t VALUES(zeroblob(100000000), 1);COMMIT;", limits: limits).kind
                == .overLimit)
    }

    @Test("an existing file stays as it is") func existing() throws {
        let scratch = try Scratch()
        try DurableFile.write([1, 2], to: scratch.path("new.db"), permissions: .ownerReadWrite)
        let error = #expect(throws: ImportError.self) { try load("\(begin)COMMIT;", in: scratch) }
        #expect(error?.kind == .alreadyExists)
        #expect(try DurableFile.read(scratch.path("new.db"), limit: 9) == [1, 2] && scratch.names == ["new.db"])
    }

    @Test("rows that refer to nothing are kept and told") func foreignKeys() throws {
        let scratch = try Scratch()
        let report = try load(
            "PRAGMA foreign_keys=ON;\nBEGIN;CREATE TABLE c(p REFERENCES p(id));INSERT INTO c VALUES(9);CREATE TABLE p(id INTEGER PRIMARY KEY);COMMIT;",
            in: scratch)
        #expect(report.foreignKeyViolations == 1 && report.foreignKeyFindings.count == 1 && report.rows == 1)
    }

    @Test("what the source throws ends it and leaves nothing") func failingSource() throws {
        struct Lost: Error {}
        let scratch = try Scratch()
        #expect(throws: Lost.self) {
            try SQLImport.run(into: scratch.path("new.db"), named: "x") { _ in throw Lost() }
        }
        #expect(try scratch.names.isEmpty)
    }
}
