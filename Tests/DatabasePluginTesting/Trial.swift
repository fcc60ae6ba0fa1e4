import ConfigurationFiles
import DurableFiles
package import Foundation
import GRDBSQLite
package import Maintenance
package import PluginKit
import Synchronization
package import SystemPackage

package struct TrialError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// What a plugin said of one task.
package struct TrialRecord: Sendable {
    package let result: TaskResult
    package let events: [PluginEvent]
    package let duration: Duration

    package var outcome: Outcome { result.outcome }
    package var summary: String { result.summary }

    package var log: [LogLine] {
        events.compactMap { if case .log(let line) = $0 { line } else { nil } }
    }

    package var measurements: [TaskMeasurement] {
        events.compactMap { if case .measurement(let measurement) = $0 { measurement } else { nil } }
    }

    /// The value of a measurement, nil where there is none or where it was reported twice.
    package func measured(_ name: String) -> Double? {
        let found = measurements.filter { $0.name == name }
        return found.count == 1 ? found[0].value : nil
    }
}

/// A service with one database, in a folder that is removed with the last reference to this.
package final class PluginTrial<Plugin: TaskPlugin>: Sendable {
    package let folder: FilePath
    package let scratch: FilePath
    package let database: FilePath
    /// What the task keeps from run to run.
    package let state: FilePath

    package init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("plugin-\(UUID().uuidString)")
        scratch = folder.appending("scratch")
        state = folder.appending("state")
        database = folder.appending("data").appending("app.db")
        for folder in [folder, scratch, state, Folder.parent(of: database)] { try Folder.create(folder) }
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    /// Does the task in this process, with parameters as a checklist has them below `with:`.
    package func perform(
        _ parameters: String = "", dryRun: Bool = false, within limit: TimeInterval = 60,
        thresholds: Thresholds = Thresholds(), database: FilePath? = nil, url: String? = nil,
        control: ServiceControl? = nil, attempt: Int = 1
    ) async throws -> TrialRecord {
        let manifest = try Self.manifest()
        let read = ParameterReading.read(parameters, of: manifest)
        guard let with = read.value, read.mistakes.isEmpty else {
            throw TrialError(description: read.mistakes.map { "\($0)" }.joined(separator: "; "))
        }
        let location = DatabaseLocation(sqlite: (database ?? self.database).string)
        let service = Service(
            name: "api", title: "API", url: url, databases: ["main": location], control: control,
            healthLimit: TimeSpan(.seconds(1)), thresholds: thresholds)
        let request = PluginRequest(
            run: "weekly-20261122-020000", task: "task", attempt: attempt, plugin: Plugin.name, service: service,
            with: with,
            dryRun: dryRun, nominalTime: Date(), deadline: Date(timeIntervalSinceNow: limit), scratch: scratch.string,
            state: state.string)
        let events = Mutex<[PluginEvent]>([])
        let start = ContinuousClock.now
        let result = await PluginHost.perform(Plugin.self, request) { event in events.withLock { $0.append(event) } }
        return TrialRecord(result: result, events: events.withLock { $0 }, duration: .now - start)
    }

    package static func manifest() throws -> PluginManifest {
        let loader = ConfigurationLoader(compiledIn: [Plugin.name: Plugin.manifest], workingFolder: "/")
        guard let manifest = loader.compiledInPlugins()[Plugin.name] else {
            throw TrialError(description: "the manifest of '\(Plugin.name)' has mistakes")
        }
        return manifest
    }

    /// The bytes of every file of the database except its index of the WAL.
    ///
    /// Only while this process has no connection to it: to close a file would drop SQLite's locks.
    package func files() throws -> [String: Data] {
        let folder = Folder.parent(of: database)
        return try Folder.entries(of: folder).filter { !$0.hasSuffix("-shm") }.reduce(into: [:]) { found, name in
            found[name] = try Data(contentsOf: URL(fileURLWithPath: folder.appending(name).string))
        }
    }

    /// Runs SQL in a new connection of its own; the first column of the last row.
    @discardableResult
    package func sql(_ sql: String) throws -> String? { try lines(sql).last }

    /// Runs SQL in a new connection of its own; the first column of each row, without NULL.
    package func lines(_ sql: String) throws -> [String] {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open(database.string, &handle) == SQLITE_OK else { throw TrialError(description: "open") }
        sqlite3_busy_timeout(handle, 10_000)
        var lines: [String] = []
        let code = withUnsafeMutablePointer(to: &lines) { lines in
            sqlite3_exec(
                handle, sql,
                { lines, count, values, _ in
                    guard count > 0, let text = values?[0] else { return 0 }
                    lines?.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
                    return 0
                }, lines, nil)
        }
        guard code == SQLITE_OK else { throw TrialError(description: String(cString: sqlite3_errmsg(handle))) }
        return lines
    }

    package func number(_ text: String) throws -> Double? { try sql(text).flatMap(Double.init) }
}
