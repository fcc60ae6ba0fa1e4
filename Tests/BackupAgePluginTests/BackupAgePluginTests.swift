import BackupAgePlugin
import Backups
import ConfigurationFiles
import DurableFiles
import Foundation
import GRDBSQLite
import Maintenance
import PluginKit
import Synchronization
import SystemPackage
import Testing

/// A service with some sets, in a folder that is removed with the last reference to this.
private final class Site: Sendable {
    let folder: FilePath
    var daily: FilePath { folder.appending("backups") }

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("backup-age-\(UUID().uuidString)")
        try Folder.create(folder.appending("scratch"))
        try sql("CREATE TABLE users(id INTEGER PRIMARY KEY); INSERT INTO users VALUES (1), (2), (3), (4)")
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func sql(_ sql: String) throws {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        sqlite3_open("\(folder)/test.db", &handle)
        #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK)
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

    func look(_ parameters: String = "", at now: Date) async throws -> (result: TaskResult, events: [PluginEvent]) {
        let loader = ConfigurationLoader(
            compiledIn: [BackupAgePlugin.name: BackupAgePlugin.manifest], workingFolder: "/")
        let read = ParameterReading.read(parameters, of: try #require(loader.compiledInPlugins()["backup-age"]))
        #expect(read.mistakes.isEmpty)
        let service = Service(
            name: "api", title: "API", databases: ["main": DatabaseLocation(sqlite: "\(folder)/test.db")],
            backups: BackupSettings(daily: daily.string, weekly: "\(daily)/weekly", monthly: "\(folder)/archives"))
        let request = PluginRequest(
            run: "weekly-20261122-020000", task: "age", attempt: 1, plugin: "backup-age", service: service,
            with: try #require(read.value), dryRun: false, nominalTime: now, deadline: Date().addingTimeInterval(300),
            scratch: "\(folder)/scratch")
        let events = Mutex<[PluginEvent]>([])
        let context = TaskContext(request) { event in events.withLock { $0.append(event) } }
        do {
            let bytes = try RecordCoding.encoder().encode(request.with)
            let configuration = try RecordCoding.decoder().decode(BackupAgeConfiguration.self, from: bytes)
            let result = try await BackupAgePlugin(configuration, now: { now }).run(in: context)
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

private func said(_ events: [PluginEvent]) -> String {
    events.compactMap { if case .log(let line) = $0 { line.message } else { nil } }.joined(separator: "\n")
}

@Suite("The backup-age plugin")
struct BackupAgePluginTests {
    private let start = Date(timeIntervalSince1970: 1_764_550_800)  // 2025-12-01 01:00 UTC

    private func hours(_ number: Double) -> Date { start.addingTimeInterval(number * 3_600) }

    @Test(
        "the age of the newest set is judged, to the second",
        arguments: [(1, .ok), (26, .ok), (26.001, .warning), (50, .warning), (50.001, .critical)] as [(Double, Outcome)]
    )
    func judges(_ age: Double, _ outcome: Outcome) async throws {
        let site = try Site()
        try await site.backup(at: hours(-24))
        try await site.backup(at: hours(0))
        let (result, events) = try await site.look(at: hours(age))
        #expect(result.outcome == outcome, "\(result)")
        #expect(measured("newest_age", events) == (age * 3_600).rounded() && measured("sets", events) == 2)
        #expect(
            result.summary.contains("'\(site.daily)/test_20251201_010000.db.gz' of 2025-12-01T01:00:00Z, never drilled")
        )
        #expect(result.summary.contains("make a backup") == (outcome != .ok))
    }

    @Test("no set at all is critical, and so is none in a tier that is asked for")
    func none() async throws {
        let site = try Site()
        let empty = try await site.look(at: hours(0)).result
        #expect(empty.outcome == .critical && empty.summary.contains("there is no backup that counts"), "\(empty)")
        try await site.backup(at: hours(0))
        let (result, events) = try await site.look("tiers: [daily, weekly]", at: hours(1))
        #expect(result.outcome == .critical && result.summary.contains("no weekly backup"), "\(result)")
        #expect(measured("daily.newest_age", events) == 3_600)
        #expect(try await site.look("tiers: [daily]", at: hours(1)).result.outcome == .ok)
    }

    @Test("each tier has its own newest set")
    func tiers() async throws {
        let site = try Site()
        try await site.backup(at: hours(-100), [.daily, .weekly])
        try await site.backup(at: hours(0))
        let (result, events) = try await site.look("tiers: [daily, weekly]\nwarning: 90h\ncritical: 9d", at: hours(1))
        #expect(measured("weekly.newest_age", events) == 101 * 3_600 && measured("daily.newest_age", events) == 3_600)
        #expect(result.outcome == .warning && result.summary.contains("weekly backup is 4 days old"), "\(result)")
    }

    @Test("a set that failed its drill, or whose rows fell, does not count and is named")
    func doubtful() async throws {
        let site = try Site()
        try await site.backup(at: hours(-24))
        try await site.backup(at: hours(0))
        try FolderRecord.update(site.daily) { record in
            record.drills["test_20251130_010000"] = FolderRecord.Proof(at: hours(-23), outcome: .ok, seconds: 1)
            record.drills["test_20251201_010000"] = FolderRecord.Proof(
                at: hours(1), outcome: .failed, detail: "page 3 is torn", seconds: 1)
        }
        let (result, events) = try await site.look(at: hours(1))
        #expect(result.outcome == .warning && result.summary.contains("test_20251130_010000"), "\(result)")
        #expect(result.summary.contains("last drilled 2025-11-30T02:00:00Z; 1 newer set does not count"))
        #expect(
            said(events).contains("test_20251201_010000.db.gz' does not count: its last drill")
                && said(events).contains("torn"))
        try FolderRecord.update(site.daily) { $0.drills = [:] }
        try site.sql("DELETE FROM users")
        try await site.backup(at: hours(24))
        let fallen = try await site.look(at: hours(25))
        #expect(measured("newest_age", fallen.events) == 25 * 3_600 && fallen.result.outcome == .warning)
        #expect(said(fallen.events).contains("nobody has accepted that"))
    }

    @Test("sets of the future are no proof that there is a backup")
    func future() async throws {
        let site = try Site()
        try await site.backup(at: hours(0))
        try await site.backup(at: hours(48))
        let (result, events) = try await site.look(at: hours(1))
        #expect(result.outcome == .warning && result.summary.contains("1 set from the future"), "\(result)")
        #expect(measured("newest_age", events) == 3_600)
        #expect(try await site.look(at: hours(-9)).result.outcome == .critical)
    }

    @Test("a copy in quarantine that is newer than the newest set is a warning, an older one is not")
    func quarantine() async throws {
        let site = try Site()
        try await site.backup(at: hours(0))
        let folder = site.daily.appending("quarantine")
        try Folder.create(folder)
        for (name, hour) in [("test_20251201_040000", 3.0), ("test_20251130_040000", -21)] {
            let path = folder.appending("\(name).db.gz")
            try DurableFile.write([1], to: path, permissions: .ownerReadWrite)
            try FileManager.default.setAttributes([.modificationDate: hours(hour)], ofItemAtPath: path.string)
        }
        let (result, events) = try await site.look(at: hours(4))
        #expect(result.outcome == .warning && result.summary.contains("1 newer copy in quarantine"), "\(result)")
        #expect(said(events).contains("test_20251201_040000") && measured("quarantined", events) == 2)
        try await site.backup(at: hours(5))
        #expect(try await site.look(at: hours(6)).result.outcome == .ok)
    }

    @Test("a damaged manifest is told of")
    func damaged() async throws {
        let site = try Site()
        try await site.backup(at: hours(-24))
        try await site.backup(at: hours(0))
        try DurableFile.write([1], to: site.daily.appending("test_20251201_010000.json"), permissions: .ownerReadWrite)
        let (result, events) = try await site.look(at: hours(1))
        #expect(result.outcome == .warning && result.summary.contains("1 damaged"), "\(result)")
        #expect(measured("newest_age", events) == 90_000.0)
    }

    @Test(
        "parameters that cannot be right end unknown",
        arguments: [("tiers: []", "empty"), ("warning: 3d\ncritical: 2d", "more than"), ("database: x", "no database")])
    func refuses(_ parameters: String, _ says: String) async throws {
        let result = try await Site().look(parameters, at: hours(0)).result
        #expect(result.outcome == .unknown && result.summary.contains(says), "\(result)")
    }
}
