import DurableFiles
import Foundation
import HostTasks
import Maintenance
package import PluginKit
import ProcFS
import SystemPackage

/// Looks at the service's process: whether it runs, what it takes, and how often it was another one.
package struct ProcessPlugin: TaskPlugin {
    package static let name = "process"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: ProcessConfiguration
    private let search: ProcessSearch
    private let now: @Sendable () -> Date

    package init(_ configuration: ProcessConfiguration) throws {
        try self.init(configuration, ProcessSearch(), now: { Date() })
    }

    /// The same with other processes and another clock.
    init(
        _ configuration: ProcessConfiguration, _ search: ProcessSearch, now: @escaping @Sendable () -> Date
    ) throws {
        try configuration.check()
        self.configuration = configuration
        self.search = search
        self.now = now
    }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let target = try configuration.target(of: context.service)
        let limits = try configuration.limits(of: context.service)
        context.progress(nil, "looking for the process of \(context.service.title)")
        let (roots, notes): ([ProcessStatus], [String])
        switch try await search.find(target) {
        case .found(let found, let odd): (roots, notes) = (found, odd)
        case .none(let reason): return Self.notRunning(reason, in: context)
        }
        context.progress(nil, "measuring for \(configuration.sample)")
        let meter = ProcessMeter(proc: search.proc, sample: configuration.sample.duration)
        guard let use = try await meter.measure(roots) else {
            return Self.notRunning("\(Self.title(of: roots)) ended while it was measured", in: context)
        }
        var report = ProcessReport(title: Self.title(of: roots), limits: limits)
        for note in notes { report.findings.add(.warning, note) }
        report.add(use)
        report.addState(of: roots)
        try addAge(of: roots, in: context, to: &report)
        return report.conclude(in: context)
    }

    private static func notRunning(_ reason: String, in context: TaskContext) -> TaskResult {
        context.measure(TaskMeasurement("processes", 0, .count, critical: .below(1)))
        return TaskResult(.critical, "\(context.service.title) does not run: \(reason)")
    }

    private static func title(of roots: [ProcessStatus]) -> String {
        guard let first = roots.first else { return "no process" }
        let more = roots.count > 1 ? " and \(roots.count - 1) more" : ""
        return "\(Excerpt.of(first.name, limit: 40)) (\(first.pid))\(more)"
    }

    /// How old the oldest is, and whether it is the one of the last run.
    private func addAge(of roots: [ProcessStatus], in context: TaskContext, to report: inout ProcessReport) throws {
        guard let oldest = roots.min(by: { ($0.startTicks, $0.pid) < ($1.startTicks, $1.pid) }) else { return }
        var age: Double?
        if let uptime = try search.proc.uptime() {
            age = max(uptime - Double(oldest.startTicks) / ProcessStatus.ticksPerSecond, 0)
        }
        let folder = try context.stateFolder()
        var record = RestartRecord.read(from: folder)
        let identity = RestartRecord.Identity(
            pid: oldest.pid, startTicks: oldest.startTicks, boot: try search.proc.bootID() ?? "")
        let isAnother = record.note(identity, at: now())
        report.add(age: age, isAnother: isAnother, restarts: record.restarts.count)
        guard !context.isDryRun else { return }
        do {
            try record.write(to: folder)
        } catch {
            context.log(.warning, "the next run will not know of a restart: \(error)")
        }
    }
}
