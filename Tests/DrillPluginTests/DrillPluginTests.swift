import Backups
import ConfigurationFiles
import DrillPlugin
import DurableFiles
import Foundation
import GRDBSQLite
import Maintenance
import PluginKit
import Synchronization
import SystemPackage
import Testing

/// A service with some sets, in a folder that is removed with the last reference to it.
private final class Site: Sendable {
    let folder: FilePath
    var daily: FilePath { folder.appending("backups") }

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("drill-plugin-\(UUID().uuidString)")
        try Folder.create(folder.appending("scratch"))
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        let sql = """
            CREATE TABLE users(id INTEGER PRIMARY KEY, note TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
            INSERT INTO users SELECT i, hex(randomblob(60)) FROM n;
            """
        sqlite3_open(folder.appending("test.db").string, &handle)
        #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func backup(at now: Date, _ tiers: [Tier] = [.daily]) async throws {
        let source = folder.appending("test.db")
        let folders: [Tier: FilePath] = [.daily: daily, .weekly: daily.appending("weekly")]
        let request = BackupRequest(
            identity: BackupIdentity(service: "api", database: "main", file: source), source: source, timeZone: .gmt,
            places: tiers.map { BackupPlace(tier: $0, folder: folders[$0] ?? daily) },
            scratch: folder.appending("scratch"))
        _ = try await BackupMaker(request, now: { now }).make()
    }

    func drill(
        _ parameters: String = "", at now: Date, dryRun: Bool = false
    ) async throws -> (result: TaskResult, events: [PluginEvent]) {
        let loader = ConfigurationLoader(compiledIn: [DrillPlugin.name: DrillPlugin.manifest], workingFolder: "/")
        let read = ParameterReading.read(parameters, of: try #require(loader.compiledInPlugins()["drill"]))
        #expect(read.mistakes.isEmpty)
        let service = Service(
            name: "api", title: "API", databases: ["main": DatabaseLocation(sqlite: "\(folder)/test.db")],
            backups: BackupSettings(
                daily: daily.string, weekly: "\(daily)/weekly", monthly: "\(folder)/archives"))
        let request = PluginRequest(
            run: "weekly-20261122-020000", task: "drill", attempt: 1, plugin: "drill", service: service,
            with: try #require(read.value), dryRun: dryRun, nominalTime: now, deadline: Date().addingTimeInterval(300),
            scratch: "\(folder)/scratch")
        let events = Mutex<[PluginEvent]>([])
        let context = TaskContext(request) { event in events.withLock { $0.append(event) } }
        do {
            let bytes = try RecordCoding.encoder().encode(request.with)
            let configuration = try RecordCoding.decoder().decode(DrillConfiguration.self, from: bytes)
            let result = try await DrillPlugin(configuration, now: { now }).run(in: context)
            return (result, events.withLock { $0 })
        } catch let failure as TaskFailure {
            return (TaskResult(failure.outcome, failure.summary), events.withLock { $0 })
        }
    }
}

private func measured(_ name: String, _ events: [PluginEvent]) -> Double? {
    for case .measurement(let found) in events where found.name == name { return found.value }
    return nil
}

@Suite("The drill plugin")
struct DrillPluginTests {
    private func day(_ number: Int) -> Date { Date(timeIntervalSince1970: 1_764_550_800 + Double(number) * 86_400) }

    @Test("restores the newest set and the one that waited longest, and notes it in each folder")
    func drills() async throws {
        let site = try Site()
        for number in 0..<3 { try await site.backup(at: day(number), [.daily, .weekly]) }
        let before = try Folder.entries(of: site.daily)
        let dry = try await site.drill(at: day(3), dryRun: true)
        #expect(dry.result.summary == "would drill 2 of 3 sets")
        #expect(try Folder.entries(of: site.daily) == before)
        let (result, events) = try await site.drill(at: day(3))
        #expect(result.outcome == .ok && result.summary.hasPrefix("2 sets of 3 restored"), "\(result.summary)")
        #expect(measured("sets_drilled", events) == 2 && measured("sets_failed", events) == 0)
        #expect(measured("oldest_proof_age", events) == 172_800)
        for folder in [site.daily, site.daily.appending("weekly")] {
            let names = try FolderRecord.read(folder).drills.keys.sorted()
            #expect(names == ["test_20251201_010000", "test_20251203_010000"])
        }
        #expect(try Folder.entries(of: site.folder.appending("scratch")).isEmpty)
    }

    @Test("over three months of weekly drills each set is proven in its time")
    func months() async throws {
        let site = try Site()
        for number in 0..<6 { try await site.backup(at: day(number)) }
        for number in stride(from: 7, through: 91, by: 7) {
            let (result, events) = try await site.drill("every: 21d", at: day(number))
            #expect(result.outcome == .ok, "\(result.summary)")
            #expect(measured("oldest_proof_age", events) ?? .infinity <= 21 * 86_400)
        }
        #expect(try FolderRecord.read(site.daily).drills.count == 6)
    }

    @Test("a set that does not restore is critical, counts no longer, and the newest that does is named")
    func fails() async throws {
        let site = try Site()
        for number in 0..<3 { try await site.backup(at: day(number)) }
        let newest = site.daily.appending("test_20251203_010000.db.gz")
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: newest.string))
        try file.seek(toOffset: 5_000)
        try file.write(contentsOf: Data([1, 2, 3]))
        try file.close()
        let (result, events) = try await site.drill(at: day(3))
        #expect(result.outcome == .critical && measured("sets_failed", events) == 1)
        #expect(result.summary.contains("'\(newest)' failed the drill"), "\(result.summary)")
        #expect(result.summary.contains("newest that counts is '\(site.daily)/test_20251202_010000.db.gz'"))
        // The next run drills the newest that counts, and does not forget the other.
        let next = try await site.drill(at: day(4))
        #expect(next.result.outcome == .warning && next.result.summary.contains("failed an earlier drill"))
    }

    @Test("a proof that grew too old is a warning with the set's name")
    func old() async throws {
        let site = try Site()
        for number in 0..<4 { try await site.backup(at: day(number)) }
        let (result, _) = try await site.drill("{every: 2d, at_most: 2}", at: day(9))
        #expect(result.outcome == .warning && result.summary.contains("was last proven"), "\(result.summary)")
    }

    @Test("nothing to drill is critical; what cannot be right is refused")
    func refuses() async throws {
        let site = try Site()
        #expect(try await site.drill(at: day(0)).result.outcome == .critical)
        #expect(try await site.drill("identity_file: key.txt", at: day(0)).result.outcome == .unknown)
        #expect(try await site.drill("every: 1s", at: day(0)).result.outcome == .unknown)
        #expect(try await site.drill("tiers: []", at: day(0)).result.outcome == .unknown)
    }
}
