import Archiving
import DurableFiles
import Exports
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("Exports come back equal")
struct RoundTripTests {
    private let instant = Date(timeIntervalSince1970: 1_765_850_400)

    private func export(
        _ format: ExportFormat, of name: String = "a.db", in place: Place, to target: String,
        _ compression: Compression = .none, tables: [String]? = nil
    ) throws -> ExportResult {
        try DatabaseExport(format, to: .path(place.path(target)), compression: compression, tables: tables)
            .write(place.open(name), at: instant)
    }

    private func expectEqual(_ place: Place, _ first: String = "a.db", _ second: String = "b.db") throws {
        let (source, copy) = (try place.open(first), try place.open(second))
        let (expected, found) = (try source.contents(), try copy.contents())
        for (left, right) in zip(expected, found) { #expect(left == right) }
        #expect(expected.count == found.count)
        let (facts, expectedFacts) = (try copy.facts(), try source.facts())
        #expect(facts.schemaHash == expectedFacts.schemaHash && facts.encoding == expectedFacts.encoding)
        #expect(facts.userVersion == 12 && facts.applicationID == 99)
    }

    @Test(
        "as SQL, compressed or not, in every encoding",
        arguments: ["UTF-8", "UTF-16le", "UTF-16be"], [Compression.none, .gzip, .zstd])
    func sql(_ encoding: String, _ compression: Compression) throws {
        let place = try Place()
        _ = try Nasty.make(place, encoding: encoding)
        _ = try export(.sql, in: place, to: "a.sql", compression)
        let report = try DatabaseImport.sql(from: place.path("a.sql"), into: place.path("b.db"))
        try expectEqual(place)
        #expect(report.tables == (try place.open("a.db").contents()) && report.foreignKeyViolations == 1)
        #expect(try place.names() == ["a.db", "a.sql", "b.db"])
        #expect(
            try program("sqlite3", [place.path("b.db").string, "select body from notes where notes match 'world'"])
                .output == "hello world\n")
    }

    @Test(
        "as CSV with its schema, in every encoding",
        arguments: ["UTF-8", "UTF-16le", "UTF-16be"], [Compression.none, .gzip])
    func csv(_ encoding: String, _ compression: Compression) throws {
        let place = try Place()
        _ = try Nasty.make(place, encoding: encoding, analyzed: false)
        let result = try export(.csv, in: place, to: "tables", compression)
        #expect(result.encodedTexts == 3)
        let report = try DatabaseImport.csv(folder: place.path("tables"), into: place.path("b.db"))
        try expectEqual(place)
        #expect(report.rows == result.rows)
        #expect(
            try program(
                "sqlite3",
                [
                    place.path("b.db").string,
                    "select body from notes where notes match 'world'; select body from old where body match 'good'",
                ]
            )
            .output == "hello world\ngood morning\n")
    }

    @Test("with the dump of SQLite's shell", .enabled(if: hasProgram("sqlite3"))) func shellDump() throws {
        let place = try Place()
        // What the shell's dump loses: text behind NUL, some last bits, and the numbers of the header.
        let sql = ["char(0)": "'-'", "-0.0": "0.5", "5e-324": "3.5", "1.7976931348623157e308": "4.5", "-1e300": "5.5"]
            .reduce(Nasty.sql) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
        try place.database(sql)
        try place.database(Nasty.more + "DROP VIEW v; PRAGMA user_version=0; PRAGMA application_id=0")
        let dump = try program("sh", ["-c", "sqlite3 '\(place.path("a.db"))' .dump > '\(place.path("a.sql"))'"])
        #expect(dump.status == 0)
        _ = try DatabaseImport.sql(from: place.path("a.sql"), into: place.path("b.db"))
        let (found, expected) = (try place.open("b.db").contents(), try place.open("a.db").contents())
        for (left, right) in zip(found, expected) { #expect(left == right) }
        #expect(try place.open("b.db").facts().schemaHash == place.open("a.db").facts().schemaHash)
    }

    @Test("SQL of an export by SQLite's shell", .enabled(if: hasProgram("sqlite3"))) func shellLoads() throws {
        let place = try Place()
        _ = try Nasty.make(place)
        _ = try export(.sql, in: place, to: "a.sql")
        #expect(try program("sqlite3", ["-bail", place.path("b.db").string], input: place.path("a.sql")).status == 0)
        try expectEqual(place)
    }

    @Test(
        "CSV of an export by SQLite's shell and by Python", .enabled(if: hasProgram("sqlite3") && hasProgram("python3"))
    )
    func otherReaders() throws {
        let place = try Place()
        try place.database(
            """
            CREATE TABLE t(id INTEGER, r REAL, s TEXT, n);
            INSERT INTO t VALUES (1, 0.1, 'it''s "so"', 2), (2, 1e300, 'two
            lines', 3), (9223372036854775807, -1.5, 'a,b', 4), (4, 2.0, '', 5), (5, 9e999, 'é€', 6);
            """)
        let result = try export(.csv, in: place, to: "tables")
        let file = try #require(result.files.first).path
        let load = "create table t(id INTEGER, r REAL, s TEXT, n INTEGER);\n.mode csv\n.import --skip 1 '\(file)' t\n"
        #expect(
            try program("sqlite3", [place.path("b.db").string], input: place.write(load, "load")).output == "")
        #expect(
            try program(
                "sqlite3",
                [
                    place.path("b.db").string,
                    "attach '\(place.path("a.db"))' as a; select count(*) from (select * from t intersect select * from a.t)",
                ]
            )
            .output == "5\n")
        let script = "import csv,sys; print([r for r in csv.reader(open(sys.argv[1], newline=''), strict=True)])"
        let rows = try program("python3", ["-c", script, file.string]).output
        #expect(
            rows == """
                [['id', 'r', 's', 'n'], ['1', '0.1', 'it\\'s "so"', '2'], ['2', '1e+300', 'two\\nlines', '3'], \
                ['9223372036854775807', '-1.5', 'a,b', '4'], ['4', '2.0', '', '5'], ['5', '1e999', 'é€', '6']]

                """)
    }

    @Test("JSON lines are read by Python, to the last bit", .enabled(if: hasProgram("python3"))) func jsonLines() throws
    {
        let place = try Place()
        try place.database(
            """
            CREATE TABLE t("k""\\", v);
            INSERT INTO t VALUES (9223372036854775807, 0.1), ('a' || char(0) || '"\\' || char(10) || char(31) || '€', X'00ff'),
            (NULL, CAST(X'ff' AS TEXT)), ('', 9e999), (2.0, X'');
            """)
        let result = try export(.jsonl, in: place, to: "tables")
        #expect(result.encodedTexts == 1 && result.rows == 5)
        let script = "import json,sys\nfor l in open(sys.argv[1], newline=''): print(json.loads(l))"
        let rows = try program("python3", ["-c", script, try #require(result.files.first).path.string]).output
        #expect(
            rows == """
                {'k"\\\\': 9223372036854775807, 'v': 0.1}
                {'k"\\\\': 'a\\x00"\\\\\\n\\x1f€', 'v': {'$blob': 'AP8='}}
                {'k"\\\\': None, 'v': {'$text': '/w=='}}
                {'k"\\\\': '', 'v': inf}
                {'k"\\\\': 2.0, 'v': {'$blob': ''}}

                """)
    }

    @Test("numbers in CSV come back to the last bit") func numbers() throws {
        let place = try Place()
        var values = [
            0, -0.0, 0.1, 1e15, 1e16, 1e22, 1e23, .pi, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.infinity,
        ]
        var random = SystemRandomNumberGenerator()
        values += (0..<5_000).map { _ in Double(bitPattern: random.next()) }.filter { !$0.isNaN && !$0.isInfinite }
        // As products of exact factors, which every SQLite reads exactly.
        let source = values.map { "\($0.isInfinite ? "-9e999" : $0.description)" }
        try place.database("CREATE TABLE t(a); INSERT INTO t VALUES " + source.map { "(\($0))" }.joined(separator: ","))
        _ = try export(.csv, in: place, to: "tables")
        _ = try DatabaseImport.csv(folder: place.path("tables"), into: place.path("b.db"))
        #expect(try place.open("b.db").contents() == place.open("a.db").contents())
    }

    @Test("a view that ends in an open comment, and names with accented quotes, do not break the text")
    func comments() throws {
        let place = try Place()
        try place.database("CREATE TABLE t(a); CREATE VIEW z AS SELECT 1 /* open")
        try place.database("CREATE TABLE \"it'\u{301}s\"(a); INSERT INTO \"it'\u{301}s\" VALUES (1);")
        try place.database("CREATE VIRTUAL TABLE \"v'\u{301}s\" USING fts5(a)")
        _ = try export(.sql, in: place, to: "a.sql")
        _ = try DatabaseImport.sql(from: place.path("a.sql"), into: place.path("b.db"))
        #expect(try place.open("b.db").contents() == place.open("a.db").contents())
        #expect(try program("sqlite3", [place.path("b.db").string, "SELECT count(*) FROM z"]).output == "1\n")
    }

    @Test("of chosen tables, with what belongs to them") func selection() throws {
        let place = try Place()
        _ = try Nasty.make(place)
        _ = try export(.sql, in: place, to: "a.sql", tables: ["W", "notes", "parent"])
        let report = try DatabaseImport.sql(from: place.path("a.sql"), into: place.path("b.db"))
        let expected = [
            "notes_config", "notes_content", "notes_data", "notes_docsize", "notes_idx", "parent", "sqlite_sequence",
            "w",
        ]
        #expect(report.tables.map(\.name) == expected)
        let source = try place.open("a.db").contents()
        for table in report.tables { #expect(source.contains(table)) }
        let missing = #expect(throws: TableSelectionError.self) {
            try export(.csv, in: place, to: "t", tables: ["w", "nix"])
        }
        #expect(missing?.description.contains("no table 'nix'") == true)
        #expect(!(try place.names().contains("t")))
    }
}
