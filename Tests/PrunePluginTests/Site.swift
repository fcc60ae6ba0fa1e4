import Backups
import DurableFiles
import Foundation
import GRDBSQLite
import Maintenance
import PluginKit
import PrunePlugin
import Synchronization
import SystemPackage

/// A service with ten daily sets and three adopted ones of three months, in a folder that is removed with the last
/// reference to it.
final class Site: Sendable {
    let folder: FilePath
    private var database: FilePath { folder.appending("test.db") }

    init() async throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("prune-plugin-\(UUID().uuidString)")
        try Folder.create(folder.appending("scratch"))
        try Folder.create(folder.appending("old"))
        try runSQL("CREATE TABLE users(id INTEGER PRIMARY KEY); INSERT INTO users VALUES(1)", on: database)
        let identity = BackupIdentity(service: "api", database: "main", file: database)
        let zone = TimeZone(identifier: "Europe/Paris") ?? .gmt
        let today = Date()
        var request = BackupRequest(
            identity: identity, source: database, timeZone: zone,
            places: [BackupPlace(tier: .daily, folder: folder.appending("backups"))],
            scratch: folder.appending("scratch"))
        request.rondeVersion = "0"
        for day in 0..<10 {
            let instant = today.addingTimeInterval(-86_400 * Double(day) - 60)
            _ = try await BackupMaker(request, now: { instant }).make()
        }
        for days in [0.0, 40, 80] {
            let stamp = CompactTime(today.addingTimeInterval(-86_400 * days - 60), in: zone, separator: "_").text
            try shell("cp '\(database)' '\(folder)/old/test_\(stamp).db'")
        }
        let adoption = AdoptionRequest(
            identity: identity, folder: folder.appending("old"), tiers: [], source: database, timeZone: zone,
            scratch: folder.appending("scratch"))
        _ = try await Adoption(adoption).run()
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func names(_ name: String) throws -> [String] {
        try Folder.entries(of: folder.appending(name)).filter { !$0.hasPrefix(".") }
    }

    /// Everything below the folder: names, permissions, times and bytes.
    func state() throws -> String {
        try shell("cd '\(folder)' && find . -type f -printf '%p %m %T@ ' -exec sha256sum {} +")
    }

    func run(_ with: [String: JSONValue], dryRun: Bool = false) async -> PluginRun {
        let settings = BackupSettings(
            daily: folder.appending("backups").string, weekly: folder.appending("backups/weekly").string,
            monthly: folder.appending("archives").string,
            adopted: [
                AdoptedFolder(
                    folder: folder.appending("old").string, keep: TierCounts(daily: 1, weekly: 0, monthly: 2))
            ])
        let service = Service(
            name: "api", title: "API", databases: ["main": DatabaseLocation(sqlite: database.string)],
            backups: settings, thresholds: Thresholds(), timezone: "Europe/Paris")
        let request = PluginRequest(
            run: "weekly-20261122-020000", task: "prune", attempt: 1, plugin: "prune", service: service,
            with: .object(with), dryRun: dryRun, nominalTime: Date(), deadline: Date().addingTimeInterval(300),
            scratch: folder.appending("scratch").string)
        let events = Mutex<[PluginEvent]>([])
        let result = await PluginHost.perform(PrunePlugin.self, request) { event in
            events.withLock { $0.append(event) }
        }
        return PluginRun(result: result, events: events.withLock { $0 })
    }
}

/// What a plugin said.
struct PluginRun {
    let result: TaskResult
    let events: [PluginEvent]

    var logs: [String] {
        events.compactMap { if case .log(let line) = $0 { line.message } else { nil } }
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
}

func runSQL(_ sql: String, on path: FilePath) throws {
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    let opened = path.withPlatformString { sqlite3_open($0, &handle) }
    guard opened == SQLITE_OK, sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
        throw TestFailure(description: "cannot run '\(sql)'")
    }
}

@discardableResult
func shell(_ command: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self)
}
