import Foundation
import Testing

/// Exports, imports and archives.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ExchangeTests {
    @Test(
        "an export becomes the same database again",
        arguments: [
            ("sql", "none", "out.sql"), ("sql", "gzip", "out.sql.gz"), ("sql", "zstd", "out.sql.zst"),
            ("csv", "none", "out"), ("csv", "gzip", "out"),
        ])
    func roundTrip(format: String, compression: String, into: String) async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        try instance.change("UPDATE users SET name = 'Zoë, \"the\" ''first''' || char(10) || 'line' WHERE id = 7")
        _ = try await instance.backUp()
        let old = try instance.live
        for set in [["latest"], []] {
            let words = ["backups", "export"] + set + ["--format", format, "--compression", compression]
            let exported = try await instance.start(words + ["--into", into, "--json"]).wait()
            #expect(exported.status == 0, "\(exported)")
            let report = try await instance.object("backups", "import", into, "--into", "new.db", "--json")
            #expect((report["tables"] as? [[String: Any]])?.first?["rows"] as? Int == 500)
            #expect(try instance.contents(at: instance.folder + "/new.db") == old)
            try await instance.shell("sqlite3 api/test.db .schema > a; sqlite3 new.db .schema > b; cmp a b")
            // What is there already is not written over.
            let again = try await instance.start(["backups", "import", into, "--into", "new.db"]).wait()
            #expect(again.status != 0 && again.status < 64 || again.status > 64, "\(again)")
            try await instance.shell("rm -rf '\(into)' new.db*")
            try instance.change("UPDATE users SET name = name")
        }
    }

    @Test("a dump that was cut short is refused, and no file is left")
    func cutShort() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        try await instance.shell("sqlite3 api/test.db .dump | head -c 20000 > cut.sql; gzip -c cut.sql > cut.sql.gz")
        let before = instance.names(in: "")
        for file in ["cut.sql", "cut.sql.gz"] {
            let ending = try await instance.demand("backups", "import", file, "--into", "new.db", status: 2)
            #expect(!ending.errors.isEmpty)
            try await instance.demand("backups", "restore", file, "--yes", status: 2)
        }
        let ours = instance.names(in: "").filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") && $0 != "state" }
        #expect(ours == before.filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") && $0 != "state" })
        #expect(try instance.live.rows == 500)
    }

    @Test(
        "an archive that leads out of its folder is refused, and nothing is left of it",
        arguments: [
            "i = tarfile.TarInfo('../evil')", "i = tarfile.TarInfo('/tmp/ronde-evil')",
            "i = tarfile.TarInfo('a/../../evil')",
            "i = tarfile.TarInfo('a'); i.type = tarfile.SYMTYPE; i.linkname = '..'; t.addfile(i);"
                + " i = tarfile.TarInfo('a/evil')",
        ])
    func hostileArchive(entry: String) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.end() }
        let script = """
            import io, tarfile
            t = tarfile.open('evil.tar', 'w')
            g = tarfile.TarInfo('good'); g.size = 4; t.addfile(g, io.BytesIO(b'good'))
            \(entry)
            i.size = 4; t.addfile(i, io.BytesIO(b'evil'))
            t.close()
            """
        #expect(try await Program("python3", ["-c", script], in: instance.folder).wait().status == 0)
        try FileManager.default.createDirectory(
            atPath: instance.folder + "/empty", withIntermediateDirectories: true)
        for target in ["new", "empty"] {
            let ending = try await instance.demand("backups", "extract", "evil.tar", "--into", target, status: 2)
            #expect(ending.errors.contains("nothing was extracted"), "\(ending)")
        }
        #expect(instance.names(in: "empty").isEmpty)
        #expect(!instance.names(in: "").contains("new") && !instance.names(in: "").contains("evil"))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/ronde-evil"))
    }

    @Test("a set is extracted as the database it holds")
    func extract() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let name = try await instance.backUp()
        try await instance.demand("backups", "extract", "backups/\(name).db.gz", "--into", "out")
        let file = try #require(instance.names(in: "out").first)
        #expect(try instance.contents(at: "\(instance.folder)/out/\(file)") == instance.live)
    }
}
