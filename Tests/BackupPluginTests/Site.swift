import BackupPlugin
import DurableFiles
import Foundation
import GRDBSQLite
import Maintenance
import PluginKit
import Synchronization
import SystemPackage

/// A service with a database of 1,500 users, in a folder that is removed with the last reference to it.
final class Site: Sendable {
    let folder: FilePath
    let limit = Mutex<Int64?>(nil)
    var database: FilePath { folder.appending("test.db") }

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("backup-plugin-\(UUID().uuidString)")
        try Folder.create(folder.appending("scratch"))
        try runSQL(
            """
            CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, note TEXT);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
            INSERT INTO users SELECT i, 'user ' || i, hex(randomblob(60)) FROM n;
            """, on: database)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func names(_ name: String) throws -> [String] {
        try Folder.entries(of: name.isEmpty ? folder : folder.appending(name)).filter { $0 != ".backups.lock" }
    }

    /// Everything below the folder: names, permissions, times and bytes.
    func state() throws -> String {
        try shell("cd '\(folder)' && find . ! -name .backups.lock -type f -printf '%p %m %T@ ' -exec sha256sum {} +")
    }

    /// Runs the plugin as its process does, or by another clock.
    func run(_ with: [String: JSONValue], dryRun: Bool = false, at now: Date? = nil) async -> PluginRun {
        let service = Service(
            name: "api", title: "API", databases: ["main": DatabaseLocation(sqlite: database.string)],
            backups: BackupSettings(
                daily: folder.appending("backups").string, weekly: folder.appending("backups/weekly").string,
                monthly: folder.appending("archives").string),
            thresholds: Thresholds(databaseSize: limit.withLock { $0 }.map(ByteSize.init(bytes:))),
            timezone: "Europe/Paris")
        let request = PluginRequest(
            run: "weekly-20261122-020000", task: "backup", attempt: 1, plugin: "backup", service: service,
            with: .object(with), dryRun: dryRun, nominalTime: Date(), deadline: Date().addingTimeInterval(300),
            scratch: folder.appending("scratch").string)
        let events = Mutex<[PluginEvent]>([])
        let receive: @Sendable (PluginEvent) -> Void = { event in events.withLock { $0.append(event) } }
        guard let now else {
            let result = await PluginHost.perform(BackupPlugin.self, request, receive: receive)
            return PluginRun(result: result, events: events.withLock { $0 })
        }
        let result: TaskResult
        do {
            let bytes = try RecordCoding.encoder().encode(request.with)
            let configuration = try RecordCoding.decoder().decode(BackupConfiguration.self, from: bytes)
            result = try await BackupPlugin(configuration, now: { now }).run(in: TaskContext(request, receive: receive))
        } catch let failure as TaskFailure {
            result = TaskResult(failure.outcome, failure.summary)
        } catch {
            result = TaskResult(.unknown, "\(error)")
        }
        return PluginRun(result: result, events: events.withLock { $0 })
    }
}

/// What a plugin said.
struct PluginRun {
    let result: TaskResult
    let events: [PluginEvent]

    var artifacts: [Artifact] {
        events.compactMap { if case .artifact(let artifact) = $0 { artifact } else { nil } }
    }
    var logs: [String] {
        events.compactMap { if case .log(let line) = $0 { line.message } else { nil } }
    }

    func measurement(_ name: String) -> Double? {
        for case .measurement(let measurement) in events where measurement.name == name { return measurement.value }
        return nil
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

func sha256(of path: String) throws -> String {
    String(try shell("sha256sum '\(path)'").prefix(64))
}
