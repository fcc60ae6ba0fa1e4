import Backups
import DurableFiles
import Foundation
import SystemPackage
import Testing

@Suite("Names and manifests")
struct NamesAndManifestTests {
    @Test(
        "a set's name is told from every other one",
        arguments: [
            ("test_20251216_020000", true), ("test_20251216_020000_2", true), ("test_20251216_020000_999", true),
            ("test_users_20251216_020000", false), ("test20251216_020000", false), ("test_20251216", false),
            ("test_20251216_0200", false), ("test_20251216_020000_1", false), ("test_20251216_020000_02", false),
            ("test_20251216_020000_", false), ("test_20251216_020000_20251217_020000", false),
            ("test_20251216.db", true), ("test_20251216.db.gz", true), ("test_20251216_020000.db.zst", true),
            ("test_20251216_020000.db.gz.age", true), ("test_20251216.sql", false), ("test_20251216.json", false),
            ("test_2025121६_020000", false), ("_20251216_020000", false), ("", false),
        ])
    func names(_ text: String, isName: Bool) {
        let name = SetName(text, stem: "test")
        #expect((name != nil) == isName)
        if let name { #expect("\(name)" == text) }
    }

    @Test(
        "a database's stem is its file's name without what would hide it or break a line",
        arguments: [
            ("/srv/test.db", "test"), ("/srv/test.users.sqlite3", "test.users"), ("/srv/noext", "noext"),
            ("/srv/.hidden", "hidden"), ("/srv/..a.db", "a"), ("/srv/two\nlines.db", "two_lines"),
            ("/srv/...", "database"),
            ("/", "database"),
        ])
    func stems(_ path: String, stem: String) {
        #expect(BackupIdentity(service: "api", database: "main", file: FilePath(path)).stem == stem)
    }

    @Test("a manifest reads back as it was written, with the offset of its zone")
    func roundTrip() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let made = try await BackupMaker(scratch.request(), now: clock("2025-12-16T01:00:00Z")).make()
        let text = String(decoding: try DurableFile.read(made.sets[0].manifestPath, limit: 1 << 20), as: UTF8.self)
        #expect(text.contains(#""instant" : "2025-12-16T02:00:00+01:00""#))
        #expect(try made.sets[0].manifest() == made.manifest)
    }

    @Test(
        "a damaged manifest is refused with the reason",
        arguments: [
            (#"s/"format" : 1/"format" : 2/"#, "a newer Ronde wrote it"),
            (#"s/"sha256" : "./"sha256" : "/"#, "is not a SHA-256 digest"),
            (#"s/"bytes" : [0-9]*/"bytes" : -1/"#, "has a negative size"),
            (#"s/"name" : "test_/"name" : "..\/test_/"#, "is no plain file name"),
            (#"s/"name" : "test_[^"]*"/"name" : "test_20251216_020001.db.gz"/"#, "no file of its set"),
            (#"s/gzip:6/rot13/"#, "is no compression"),
            (#"s/Europe/Nowhere/"#, "is no time zone"),
            (#"s/"rows" : 2000/"rows" : "many"/"#, "database.tables.[0].rows"),
            (#"s/"service"/"servant"/"#, "'service' is missing"),
            ("$d", "not a usable manifest"), ("1,$d", "the file is empty"),
        ])
    func damaged(_ edit: String, says: String) async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let made = try await BackupMaker(scratch.request(), now: clock("2025-12-16T01:00:00Z")).make().sets[0]
        try runProgram("sed", ["-i", edit, made.manifestPath.string])
        let error = try #require(throws: ManifestError.self) { try BackupManifest.read(made.manifestPath) }
        #expect(error.description.contains(says), "\(error)")
        let catalogue = try BackupCatalogue.read(made.folder, of: scratch.request().identity)
        #expect(catalogue.sets.isEmpty)
        #expect(catalogue.problems.map(\.path) == [made.manifestPath])
    }

    @Test("the catalogue reports what is missing, cut short or without a manifest, and counts none of it")
    func problems() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let request = scratch.request()
        var made: [BackupSet] = []
        for hour in ["01", "02", "03", "04"] {
            made += try await BackupMaker(request, now: clock("2025-12-16T\(hour):00:00Z")).make().sets
        }
        try DurableFile.remove(made[0].filePaths[0])
        try runProgram("truncate", ["-s", "100", made[1].filePaths[0].string])
        try DurableFile.remove(made[2].manifestPath)
        try DurableFile.write(
            [1], to: scratch.path("daily/test_users_20251216_020000.db.gz"), permissions: .ownerReadWrite)
        try DurableFile.write([1], to: scratch.path("daily/notes.txt"), permissions: .ownerReadWrite)
        let catalogue = try BackupCatalogue.read(scratch.path("daily"), of: request.identity)
        #expect(catalogue.sets == [made[3]])
        #expect(
            catalogue.problems.map(\.kind) == [
                .missingFile(made[0].title), .wrongSize(made[1].title, expected: made[1].summary.bytes, found: 100),
                .noManifest,
            ])
        #expect(catalogue.others == ["notes.txt", "test_users_20251216_020000.db.gz"])
        #expect(try BackupCatalogue.read(scratch.path("nowhere"), of: request.identity).sets.isEmpty)
    }
}
