import DurableFiles
import Foundation
import HostTasks
import Maintenance
package import PluginKit
import SystemPackage

/// Looks at the machine: its load, memory and swap, its reboots, its clock.
package struct HostPlugin: TaskPlugin {
    package static let name = "host"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: HostConfiguration
    private let timeServer: TimeServer?
    private let sources: HostSources

    package init(_ configuration: HostConfiguration) throws { try self.init(configuration, HostSources()) }

    /// The same on another machine.
    init(_ configuration: HostConfiguration, _ sources: HostSources) throws {
        try configuration.check()
        self.configuration = configuration
        timeServer = try configuration.timeServer.map { try TimeServer(parsing: $0) }
        self.sources = sources
    }

    package func run(in context: TaskContext) async throws -> TaskResult {
        var report = HostReport()
        let gauges = HostGauges(limits: configuration, sources: sources)
        try gauges.load(into: &report)
        try gauges.memory(into: &report)
        try await gauges.stuckProcesses(into: &report)
        let watch = RebootWatch(limits: configuration, sources: sources)
        try watch.reboots(since: try context.stateFolder(), keepsState: !context.isDryRun, into: &report)
        watch.pendingReboot(into: &report)
        let clock = ClockCheck(limits: configuration, sources: sources)
        clock.synchronisation(into: &report)
        if let timeServer {
            context.progress(nil, "asking \(timeServer) what time it is")
            await clock.compare(with: timeServer, in: context, into: &report)
        }
        report.measurements.forEach(context.measure)
        for line in report.lines { context.log(line.level, line.message) }
        return report.findings.result(in: context, otherwise: report.highlights.joined(separator: ", "))
    }
}

/// What was seen of the machine so far.
struct HostReport {
    var measurements: [TaskMeasurement] = []
    var findings = Findings()
    var lines: [LogLine] = []
    /// What the summary says where all is well.
    var highlights: [String] = []

    /// Adds a number, and a finding where its ranges say so.
    mutating func add(_ measurement: TaskMeasurement, _ words: @autoclosure () -> String) {
        measurements.append(measurement)
        findings.judge(measurement, words())
    }

    mutating func log(_ level: LogLine.Level, _ message: String) { lines.append(LogLine(level, message)) }
}
