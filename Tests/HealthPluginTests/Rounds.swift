import ConfigurationFiles
import Foundation
import HealthPlugin
import Maintenance
import PluginKit
import Synchronization
import SystemPackage
import Testing

/// What a run of the plugin said, and how it ended.
struct Round {
    let result: TaskResult
    let events: [PluginEvent]

    var measurements: [TaskMeasurement] {
        events.compactMap { if case .measurement(let measurement) = $0 { measurement } else { nil } }
    }
    var log: [LogLine] { events.compactMap { if case .log(let line) = $0 { line } else { nil } } }
    var errors: [String] { log.filter { $0.level == .error }.map(\.message) }

    func measurement(_ name: String) -> TaskMeasurement? { measurements.first { $0.name == name } }
}

enum Rounds {
    private static let compiledIn = ConfigurationLoader(
        compiledIn: ["health": HealthPlugin.manifest], workingFolder: "/"
    ).compiledInPlugins()

    /// The plugin's own manifest, read as `ronde` reads it.
    static func manifest() throws -> PluginManifest {
        try #require(compiledIn["health"], "plugin.yaml is faulty")
    }

    /// Runs the plugin as a checklist with this text below `with:` does.
    static func run(
        _ with: String = "", url: String?, thresholds: Thresholds = Thresholds(), within seconds: Double = 30,
        isDryRun: Bool = false
    ) async throws -> Round {
        let (value, mistakes) = ParameterReading.read(with, of: try manifest())
        try #require(mistakes.isEmpty, "\(mistakes)")
        let parameters = try #require(value)
        return await run(parameters, url: url, thresholds: thresholds, within: seconds, isDryRun: isDryRun)
    }

    /// Runs the plugin with parameters that nobody checked.
    static func run(
        _ parameters: JSONValue, url: String?, thresholds: Thresholds = Thresholds(), within seconds: Double = 30,
        isDryRun: Bool = false
    ) async -> Round {
        let service = Service(name: "shop", title: "Shop", url: url, thresholds: thresholds)
        let request = PluginRequest(
            run: "daily-1", task: "health", attempt: 1, plugin: "health", service: service, with: parameters,
            dryRun: isDryRun, nominalTime: Date(), deadline: Date(timeIntervalSinceNow: seconds),
            scratch: "/nonexistent")
        let events = Mutex<[PluginEvent]>([])
        let result = await PluginHost.perform(HealthPlugin.self, request) { event in
            events.withLock { $0.append(event) }
        }
        return Round(result: result, events: events.withLock { $0 })
    }
}

/// How long `body` took.
func elapsed(_ body: () async throws -> Void) async rethrows -> Duration {
    let start = ContinuousClock.now
    try await body()
    return start.duration(to: .now)
}
