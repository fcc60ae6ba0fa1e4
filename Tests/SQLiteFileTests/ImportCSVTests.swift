import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("Import of CSV")
struct ImportCSVTests {
    private func text(_ text: String, _ name: FilePath = "t.csv", piece: Int = 1 << 16) -> ImportText {
        ImportText(name: name) { try $0(source(Array(text.utf8), piece: piece)) }
    }

    private func load(
        _ csv: String, schema: String? = nil, in scratch: Scratch, piece: Int = 1 << 16,
        limits: ImportLimits = ImportLimits()
    ) throws -> ImportReport {
        try CSVImport.run(
            [("t", text(csv, piece: piece))], schema: schema.map { text($0, "schema.sql") },
            into: scratch.path("new.db"), limits: limits)
    }

    /// The error of an import, which must leave nothing behind.
    private func refusal(_ csv: String, schema: String? = nil, limits: ImportLimits = ImportLimits()) throws
        -> ImportError
    {
        let scratch = try Scratch()
        let error = try #require(throws: ImportError.self) {
            try load(csv, schema: schema, in: scratch, limits: limits)
        }
        #expect(try scratch.names.isEmpty)
        return error
    }

    /// Each column's type, then each row as SQLite's `quote` has it.
    private func rows(_ scratch: Scratch, _ columns: String) throws -> String? {
        let list = columns.split(separator: ",").map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
        return try Writer(scratch.path("new.db")).text("SELECT group_concat(\(list), ' | ') FROM t")
    }

    @Test("takes values for what they are written as, in pieces of any size", arguments: [1, 2, 3, 5, 1 << 16])
    func values(_ piece: Int) throws {
        let scratch = try Scratch()
        let csv =
            "\u{FEFF}a,b,\"c \"\"d\"\",e\"\r\n1,,\"\"\r\n\"2\",x'00fF',\"two\r\nlines, \"\"quoted\"\"\"\n-3,t'4100',\"é\"\n\n\r\n"
        _ = try load(csv, in: scratch, piece: piece)
        let found = try Writer(scratch.path("new.db")).text(
            "SELECT group_concat(quote(a) || ',' || quote(hex(b)) || typeof(b) || ',' || quote(\"c \"\"d\"\",e\"), ' | ') FROM t"
        )
        #expect(found == "'1',''null,'' | '2','00FF'blob,'two\r\nlines, \"quoted\"' | '-3','4100'text,'é'")
    }

    @Test(
        "without a schema a column gets the type that changes no value",
        arguments: [
            ("1\n2\n", "INTEGER", "1 | 2"), ("1\n\"\"\n", "TEXT", "'1' | ''"), ("007\n1\n", "TEXT", "'007' | '1'"),
            ("1.5\n1.0\n", "REAL", "1.5 | 1.0"), ("1\n1.5\n", "NUMERIC", "1 | 1.5"),
            ("x'00'\nx''\n", "BLOB", "X'00' | X''"),
            ("x'00'\nabc\n", "", "X'00' | 'abc'"),
            ("9223372036854775807\n-9223372036854775808\n", "INTEGER", "9223372036854775807 | -9223372036854775808"),
            ("9223372036854775808\n1\n", "TEXT", "'9223372036854775808' | '1'"), ("+1\n 1\n", "TEXT", "'+1' | ' 1'"),
            ("-0\n0\n", "TEXT", "'-0' | '0'"), ("1e5\n1.e5\n", "TEXT", "'1e5' | '1.e5'"),
            ("1e999\n-1e999\n", "REAL", "Inf | -Inf"),
            ("1e+16\n1.5e-07\n", "REAL", "1.0e+16 | 1.5e-07"), ("\"1\"\n\"2\"\n", "TEXT", "'1' | '2'"),
            ("", "TEXT", nil),
            ("x'0'\nx'0g'\n", "TEXT", "'x''0''' | 'x''0g'''"), ("0x10\nnan\n", "TEXT", "'0x10' | 'nan'"),
        ] as [(String, String, String?)])
    func inference(_ lines: String, _ type: String, _ expected: String?) throws {
        let scratch = try Scratch()
        _ = try load("a\n" + lines, in: scratch)
        #expect(try Writer(scratch.path("new.db")).text("SELECT type FROM pragma_table_info('t')") == type)
        #expect(try rows(scratch, "a") == expected)
    }

    @Test("with a schema its columns decide, and triggers and indexes come after the rows") func schema() throws {
        let scratch = try Scratch()
        let schema = """
            CREATE TABLE t(id INTEGER PRIMARY KEY, code TEXT, n INT, x, g AS (n + 1), d DEFAULT 'd');
            CREATE TABLE log(a); CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END;
            CREATE UNIQUE INDEX i ON t(code); CREATE VIEW v AS SELECT 1;
            """
        let report = try load("CODE,n,id,x\n007,\"5\",2,1.50\n1.50,,1,\"1.50\"\n", schema: schema, in: scratch)
        #expect(try rows(scratch, "id,code,n,x,g,d") == "1,'1.50',NULL,'1.50',NULL,'d' | 2,'007',5,1.5,6,'d'")
        #expect(report.tables.map(\.rows) == [0, 2])
        #expect(try Writer(scratch.path("new.db")).text("SELECT count(*) FROM sqlite_schema") == "5")
    }

    @Test(
        "what is not strictly CSV is refused at its line",
        arguments: [
            ("", ImportError.Kind.empty, nil, "empty"), ("a,b\n1,2\n3\n", .malformed, 3, "1 fields"),
            ("a,b\n1,2,3\n", .malformed, 2, "3 fields"), ("a,b\n1,2\n\n3,4\n", .malformed, 3, "empty line"),
            ("a,b\n\"x\ny\",2\n\"open,2\n", .incomplete, 4, "never closed"),
            ("a\n\"x\"y\n", .malformed, 2, "middle of a field"),
            ("a\nx\"y\"\n", .malformed, 2, "without quotes"), ("a\nx\ry\n", .malformed, 2, "carriage return"),
            ("a,A\n", .malformed, 1, "two columns"), ("a,\n", .malformed, 1, "no name"),
            ("a\nx\0\n", .malformed, 2, "NUL"),
            ("SQLite format 3\0", .foreign, nil, "database"),
        ] as [(String, ImportError.Kind, Int?, String)])
    func malformed(_ csv: String, _ kind: ImportError.Kind, _ line: Int?, says: String) throws {
        let error = try refusal(csv)
        #expect(error.kind == kind && error.line == line && error.description.contains(says), "\(error)")
    }

    @Test("bytes that are not UTF-8 are refused at their line") func encoding() throws {
        let scratch = try Scratch()
        let bytes: [UInt8] = Array("a\nok\ncaf".utf8) + [0xE9, 0x0A]
        let latin = ImportText(name: "t.csv") { try $0(source(bytes)) }
        let error = #expect(throws: ImportError.self) {
            try CSVImport.run([("t", latin)], schema: nil, into: scratch.path("new.db"))
        }
        #expect(error?.line == 3 && error?.message.contains("iconv") == true)
    }

    @Test(
        "what does not fit its schema is refused at its line",
        arguments: [
            ("CREATE TABLE t(a UNIQUE)", "a\n1\n2\n1\n", 4, "UNIQUE"),
            ("CREATE TABLE t(a) ;", "b\n1\n", 1, "no column 'b'"),
            ("CREATE TABLE t(a INT) STRICT;", "a\n1\nx\n", 3, "cannot store TEXT"),
            ("CREATE TABLE t(a, g AS (a));", "a,g\n1,1\n", 1, "no column 'g'"),
            ("CREATE TABLE u(a);", "a\n1\n", nil, "no table 't'"),
            ("CREATE VIEW t AS SELECT 1 AS a;", "a\n1\n", nil, "no table 't'"),
            ("ATTACH 'x' AS y;", "a\n", 1, "another database"),
            ("BEGIN; CREATE TABLE t(a);", "a\n", nil, "does not commit"),
            ("CREATE TABLE t(a CHECK(a < 2));", "a\n1\n3\n", 3, "CHECK"),
        ] as [(String, String, Int?, String)])
    func misfits(_ schema: String, _ csv: String, _ line: Int?, says: String) throws {
        let error = try refusal(csv, schema: schema.hasSuffix(";") ? schema : schema + ";")
        #expect(error.line == line && error.description.contains(says), "\(error)")
    }

    @Test("a field beyond the limit is refused, with or without its closing quote") func longField() throws {
        var limits = ImportLimits()
        limits.longestPiece = 1 << 20
        let endless = ImportText(name: "t.csv") { body in
            var isFirst = true
            try body { buffer in
                buffer.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "x"))
                if isFirst { buffer.copyBytes(from: "a\n\"".utf8) }
                isFirst = false
                return buffer.count
            }
        }
        let scratch = try Scratch()
        let error = #expect(throws: ImportError.self) {
            try CSVImport.run([("t", endless)], schema: nil, into: scratch.path("new.db"), limits: limits)
        }
        #expect(error?.kind == .overLimit && error?.line == 2)
        #expect(try scratch.names.isEmpty)
    }

    @Test("names of tables and columns are names, whatever they hold") func names() throws {
        let scratch = try Scratch()
        let odd = "x\"); DROP TABLE t; -- '"
        let csv = text("\"a\"\"); --\",b'\n1,2\n")
        let report = try CSVImport.run([("t", csv), (odd, csv)], schema: nil, into: scratch.path("new.db"))
        #expect(Set(report.tables.map(\.name)) == ["t", odd] && report.rows == 2)
        for name in ["sqlite_stat1", "SQLITE_x", ""] {
            #expect(throws: ImportError.self) {
                try CSVImport.run([(name, csv)], schema: nil, into: scratch.path("other.db"))
            }
        }
        #expect(throws: ImportError.self) {
            try CSVImport.run([("t", csv), ("T", csv)], schema: nil, into: scratch.path("other.db"))
        }
        #expect(try scratch.names == ["new.db"])
    }
}
