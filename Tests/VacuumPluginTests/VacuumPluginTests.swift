import DatabasePluginTesting
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

@Suite("The vacuum plugin")
struct VacuumPluginTests {
    @Test("gives free pages back and reports them before and after", arguments: ["wal", "delete", "truncate"])
    func vacuums(_ journal: String) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: journal)
        let (pages, free) = (try trial.number("PRAGMA page_count"), try trial.number("PRAGMA freelist_count"))
        let rows = try trial.rows()
        let record = try await trial.perform()
        #expect(record.outcome == .ok)
        #expect(record.summary.hasPrefix("main: ") && record.summary.contains("given back"), "\(record.summary)")
        #expect(record.summary.count <= 80, "\(record.summary)")
        #expect(record.measured("pages_before") == pages && record.measured("free_pages_before") == free)
        #expect(try record.measured("pages") == trial.number("PRAGMA page_count"))
        #expect(try record.measured("free_pages") == 0 && trial.number("PRAGMA freelist_count") == 0)
        #expect(record.measured("free_share") == 0)
        let size = try #require(try trial.files()["app.db"]?.count)
        #expect(record.measured("database_size") == Double(size))
        #expect(try Array(trial.files().keys) == ["app.db"])
        #expect(record.measured("wal_size") == (journal == "wal" ? 0 : nil))
        #expect(try trial.rows() == rows)
        #expect(try trial.sql("PRAGMA integrity_check") == "ok")
        #expect(try trial.sql("PRAGMA journal_mode") == (journal == "wal" ? "wal" : "delete"))
    }

    @Test("leaves alone what has too few free pages, and measures it all the same")
    func notNeeded() async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: "delete")
        let files = try trial.files()
        let record = try await trial.perform("when: free_pages > 99%")
        #expect(record.outcome == .ok)
        #expect(record.summary.contains("not needed") && record.summary.count <= 80, "\(record.summary)")
        #expect(record.measured("pages") == record.measured("pages_before") && record.measured("pages") != nil)
        #expect(record.measured("free_pages") == record.measured("free_pages_before"))
        #expect(try trial.files() == files)
    }

    @Test("rebuilds a compact database if it always should, and says that this gave nothing back")
    func always() async throws {
        let trial = try Trial()
        try trial.sql("CREATE TABLE items(id INTEGER PRIMARY KEY, note BLOB)")
        #expect(try await trial.perform().summary.contains("not needed, 0% of 8.19 kB is free"))
        let record = try await trial.perform("when: always")
        #expect(record.outcome == .ok && record.summary == "main: rebuilt, 8.19 kB as before (0% was free)")
    }

    @Test("copes with a database of one page", arguments: ["always", "free_pages > 20%"])
    func onePage(_ condition: String) async throws {
        let trial = try Trial()
        try trial.sql("PRAGMA page_size=512; PRAGMA user_version=3")
        #expect(try trial.number("PRAGMA page_count") == 1)
        let record = try await trial.perform("when: \(condition)")
        #expect(record.outcome == .ok && record.measured("pages") == 1, "\(record.summary)")
        #expect(try trial.number("PRAGMA user_version") == 3)
    }

    @Test("keeps the auto_vacuum mode", arguments: ["FULL", "INCREMENTAL"])
    func autoVacuum(_ mode: String) async throws {
        let trial = try Trial()
        try trial.makeSparse(before: "PRAGMA auto_vacuum=\(mode)")
        let before = try trial.number("PRAGMA auto_vacuum")
        #expect(before == (mode == "FULL" ? 1 : 2))
        let record = try await trial.perform()
        #expect(record.outcome == .ok)
        #expect(record.summary.contains(mode == "FULL" ? "not needed" : "given back"), "\(record.summary)")
        #expect(try trial.number("PRAGMA auto_vacuum") == before && trial.number("PRAGMA freelist_count") == 0)
    }

    @Test("warns of a database that stays larger than it should be", arguments: ["always", "free_pages > 99%"])
    func threshold(_ condition: String) async throws {
        let trial = try Trial()
        try trial.makeSparse()
        let small = Thresholds(databaseSize: ByteSize(bytes: 100_000))
        let record = try await trial.perform("when: \(condition)", thresholds: small)
        #expect(record.outcome == .warning && record.summary.hasSuffix("more than the limit of 100 kB"))
        #expect(record.measurements.map(\.outcome).worst == .warning)
        let large = Thresholds(databaseSize: ByteSize(bytes: 2_000_000))
        #expect(try await trial.perform("when: \(condition)", thresholds: large).outcome == .ok)
    }

    @Test("a dry run says what it would do, and does not", arguments: ["wal", "delete"])
    func dryRun(_ journal: String) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: journal)
        let files = try trial.files()
        let record = try await trial.perform(dryRun: true)
        #expect(record.outcome == .ok && record.summary.contains("would vacuum"), "\(record.summary)")
        #expect(record.measured("free_pages_before").map { $0 > 0 } == true && record.measured("pages") == nil)
        #expect(try await trial.perform("when: free_pages > 99%", dryRun: true).summary.contains("not needed"))
        #expect(try trial.files() == files)
    }

    enum Unusable: String, CaseIterable {
        case missing, noFolder, empty, text, folder, torn, unfinished
    }

    @Test("what cannot be vacuumed is critical, stays as it is, and nothing is created", arguments: Unusable.allCases)
    func unusable(_ kind: Unusable) async throws {
        let trial = try Trial()
        var path = trial.database
        switch kind {
        case .missing: break
        case .noFolder: path = trial.folder.appending("nowhere").appending("app.db")
        case .empty: try Data().write(to: URL(fileURLWithPath: path.string))
        case .text: try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: path.string))
        case .folder: path = trial.scratch
        case .torn:
            try trial.makeSparse(journal: "delete")
            // The schema's page is whole, and much of what follows is gone.
            try FileHandle(forWritingTo: URL(fileURLWithPath: path.string)).truncate(atOffset: 50_000)
        case .unfinished:
            guard Neighbour.exists else { return }
            try trial.makeSparse(journal: "delete")
            try Neighbour.dyingWhileWriting("items", at: path)
        }
        let files = try trial.files()
        let record = try await trial.perform("when: always", database: path)
        #expect(record.outcome == .critical)
        #expect(record.summary.contains(path.string) && record.summary.contains("; "), "\(record.summary)")
        #expect(try trial.files() == files)
        #expect(!FileManager.default.fileExists(atPath: trial.folder.appending("nowhere").string))
    }

    @Test(
        "a damaged database is not rebuilt, even where SQLite would do it without a word",
        arguments: SilentDamage.allCases, [false, true])
    func silentDamage(_ damage: SilentDamage, isDryRun: Bool) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: "delete")
        try damage.inflict(on: trial)
        let files = try trial.files()
        let record = try await trial.perform("{when: always, check: integrity}", dryRun: isDryRun)
        #expect(record.outcome == .critical && record.summary.contains("damaged, so it was not"), "\(record.summary)")
        #expect(record.summary.contains(trial.database.string) && !record.summary.contains("***"))
        #expect(try trial.files() == files)
        let quick = try await trial.perform("when: always", dryRun: true)
        #expect(quick.outcome == (damage == .index ? .ok : .critical))
        try trial.sql("VACUUM")
    }

    @Test("a database that the service does not have is named, with those it has") func unknownDatabase() async throws {
        let record = try await Trial().perform("database: users")
        #expect(record.outcome == .unknown && record.summary.contains("'users'") && record.summary.contains("main"))
    }
}
