import Archiving
import DurableFiles
import Exports
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("Exports as files")
struct ExportTests {
    private let instant = Date(timeIntervalSince1970: 1_765_850_400)

    private func export(
        _ format: ExportFormat, _ place: Place, _ compression: Compression = .none, at instant: Date? = nil
    ) throws -> ExportResult {
        try DatabaseExport(format, to: .folder(place.path("exports"), stem: "a"), compression: compression)
            .write(place.open("a.db"), at: instant ?? self.instant)
    }

    @Test("are private, named by stem and time, and numbered within a second") func names() throws {
        let place = try Place()
        try place.database("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
        for _ in 0..<2 { _ = try export(.sql, place, .gzip) }
        _ = try export(.sql, place)
        _ = try export(.csv, place, .zstd)
        _ = try export(.jsonl, place)
        #expect(
            try place.names("exports") == [
                "a_20251216_020000.sql", "a_20251216_020000.sql.gz", "a_20251216_020000_2.sql.gz",
                "a_20251216_020000_csv", "a_20251216_020000_jsonl",
            ])
        #expect(try place.names("exports/a_20251216_020000_csv") == ["schema.sql", "t.csv.zst", "tables.json"])
        #expect(try program("find", [place.path("exports").string, "-perm", "/077"]).output.isEmpty)
        #expect(try place.read(place.path("exports/a_20251216_020000_jsonl/t.jsonl")) == "{\"a\":1}\n")
    }

    @Test("tables of any name get files that stay in the folder, and a list of them") func tableNames() throws {
        let place = try Place()
        let names = [
            "../../etc/x", "é", "É", ".hidden", "a b", "a%20b", "con", String(repeating: "long", count: 90),
            String(repeating: "long", count: 91), "new\nline", "q\"uote'", "\"\u{301}", "tables", "schema",
        ]
        let sql = names.map {
            "CREATE TABLE \"\($0.replacingOccurrences(of: "\"", with: "\"\"", options: .literal))\"(a);"
        }
        try place.database(sql.joined())
        let known = names.filter { $0 != "\"\u{301}" }
        let result = try DatabaseExport(.csv, to: .path(place.path("out")), tables: known).write(
            place.open("a.db"), at: instant)
        let manifest = try DatabaseImport.manifest(in: place.path("out"))
        #expect(Set(manifest.tables.map(\.name)) == Set(known) && !manifest.isWhole)
        #expect(Set(manifest.tables.map { $0.file.lowercased() }).count == known.count)
        #expect(manifest.tables.contains { $0.name == "../../etc/x" && $0.file == "%2E%2E%2F%2E%2E%2Fetc%2Fx.csv" })
        #expect(try place.names() == ["a.db", "out"] && place.names("out").count == known.count + 2)
        #expect(result.files.count == known.count)
        let report = try DatabaseImport.csv(folder: place.path("out"), into: place.path("b.db"))
        #expect(Set(report.tables.map(\.name)) == Set(known))
    }

    @Test("an existing path is refused, and what cannot be read leaves nothing") func refusals() throws {
        let place = try Place()
        try place.database("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
        try place.write("mine", "x.sql")
        for format in ExportFormat.allCases {
            let error = #expect(throws: ExportError.self) {
                try DatabaseExport(format, to: .path(place.path("x.sql"))).write(place.open("a.db"), at: instant)
            }
            #expect(error == .alreadyExists(place.path("x.sql")))
        }
        #expect(try place.read(place.path("x.sql")) == "mine" && place.names() == ["a.db", "x.sql"])
        try place.write("mine", "exports")
        let error = #expect(throws: ExportError.self) { try export(.sql, place) }
        #expect(error == .notAFolder(place.path("exports")))
    }

    @Test("a damaged database leaves nothing", arguments: ExportFormat.allCases) func damaged(_ format: ExportFormat)
        throws
    {
        let place = try Place()
        try place.database(
            "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) INSERT INTO t SELECT hex(randomblob(50)) FROM n;"
        )
        var bytes = try DurableFile.read(place.path("a.db"), limit: 1 << 24)
        bytes.replaceSubrange(4096 * 20..<4096 * 22, with: repeatElement(0xAA, count: 4096 * 2))
        try place.write(bytes, "a.db")
        #expect(throws: SQLiteFileError.self) { try export(format, place) }
        #expect(try place.names("exports").isEmpty)
    }

    @Test("what a killed export left is removed by the next one, and nothing else is") func leftovers() throws {
        let place = try Place()
        try place.database("CREATE TABLE t(a)")
        let left = [
            "exports/.a_20251216_020000_csv.partial-1-ab/t.csv", "exports/.b_20251216_020000_csv.partial-1-ab/t.csv",
            "exports/.a_own.partial-1-ab/t.csv",
        ]
        for path in left {
            try Folder.create(Folder.parent(of: place.path(path)))
            try place.write("x", path)
        }
        try place.write("x", "exports/.a_20251216_020000.sql.gz.tmp-1-0123456789abcdef")
        _ = try export(.sql, place)
        #expect(
            try place.names("exports") == [
                ".a_own.partial-1-ab", ".b_20251216_020000_csv.partial-1-ab", "a_20251216_020000.sql",
            ])
    }

    @Test("pruning keeps the newest of its own kind and knows nothing else") func pruning() throws {
        let place = try Place()
        try place.database("CREATE TABLE t(a)")
        for second in 0..<4 {
            for format in [ExportFormat.sql, .csv] { _ = try export(format, place, at: instant + Double(second)) }
        }
        let foreign = [
            "a_20200101_000000_csv/x", "a_users_20200101_000000.sql", "a_20200101.sql", "a_20200101_000000.sql.bak",
            "b_20200101_000000.sql",
        ]
        for name in foreign {
            try Folder.create(Folder.parent(of: place.path("exports").appending(name)))
            try place.write("x", "exports/" + name)
        }
        try Folder.create(place.path("exports/a_20200101_000000.sql"))
        let before = try place.names("exports")
        for format in [ExportFormat.sql, .csv] {
            let pruning = ExportPruning(folder: place.path("exports"), stem: "a", format: format, keep: 3)
            #expect(try pruning.surplus(upcoming: 1).count == 2)
            #expect(try pruning.execute().count == 1 && pruning.surplus().isEmpty)
        }
        #expect(
            try Set(before).subtracting(place.names("exports")) == ["a_20251216_020000.sql", "a_20251216_020000_csv"])
    }

    @Test("a changed file, or a list that leads out of the folder, is not imported") func tampering() throws {
        let place = try Place()
        try place.database("CREATE TABLE t(a); INSERT INTO t VALUES (1)")
        _ = try DatabaseExport(.csv, to: .path(place.path("out"))).write(place.open("a.db"), at: instant)
        let list = try place.read(place.path("out/tables.json"))
        try place.write("a\n2\n", "out/t.csv")
        let changed = #expect(throws: ExportError.self) {
            try DatabaseImport.csv(folder: place.path("out"), into: place.path("b.db"))
        }
        #expect(changed?.description.contains("digest") == true)
        try place.write(list.replacingOccurrences(of: "\"t.csv\"", with: "\"../t.csv\""), "out/tables.json")
        let outside = #expect(throws: ExportError.self) {
            try DatabaseImport.csv(folder: place.path("out"), into: place.path("b.db"))
        }
        #expect(outside?.description.contains("no file name") == true)
        #expect(!(try place.names().contains("b.db")))
    }

    @Test("a compressed dump that is cut short or altered is not imported", arguments: [Compression.gzip, .zstd])
    func cutShort(_ compression: Compression) throws {
        let place = try Place()
        try place.database(
            "CREATE TABLE t(a); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) INSERT INTO t SELECT hex(randomblob(50)) FROM n;"
        )
        let path = try #require(export(.sql, place, compression).files.first).path
        let bytes = try DurableFile.read(path, limit: 1 << 24)
        for count in [0, 10, bytes.count / 2, bytes.count - 5] {
            try place.write(Array(bytes.prefix(count)), "cut")
            #expect(throws: (any Error).self) {
                try DatabaseImport.sql(from: place.path("cut"), into: place.path("b.db"))
            }
        }
        try place.write(bytes + [1, 2, 3, 4], "cut")
        #expect(throws: (any Error).self) { try DatabaseImport.sql(from: place.path("cut"), into: place.path("b.db")) }
        #expect(try place.names() == ["a.db", "cut", "exports"])
    }

    @Test("the snapshot is one, while the service goes on writing") func snapshot() throws {
        let place = try Place()
        try place.database(
            "PRAGMA journal_mode=wal; CREATE TABLE t(a); CREATE TABLE u(a); INSERT INTO t VALUES (1); INSERT INTO u VALUES (1)"
        )
        var isFirst = true
        let result = try DatabaseExport(.csv, to: .path(place.path("out"))).write(place.open("a.db"), at: instant) {
            _, _, _ in
            if isFirst { _ = try? place.database("INSERT INTO t VALUES (2); INSERT INTO u VALUES (2); DROP TABLE u") }
            isFirst = false
        }
        #expect(!isFirst && result.rows == 2)
    }
}
