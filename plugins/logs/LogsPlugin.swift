import DurableFiles
import Globbing
import Maintenance
package import PluginKit
import SystemPackage

/// Follows log files from where it stopped, and counts the lines that fit patterns.
package struct LogsPlugin: TaskPlugin {
    package static let name = "logs"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: LogsConfiguration
    private let files: [PathPattern]
    private let rules: [LogRule]

    package init(_ configuration: LogsConfiguration) throws {
        self.configuration = configuration
        (files, rules) = try configuration.check()
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let (state, fault) = try LogState.read(for: context)
        var report = LogsReport(LogTally(rules, samples: configuration.samples))
        if let fault { report.warn(fault) }
        let logs = try LogFiles(files, known: state, isFirstRun: fault != nil || state.run.isEmpty, &report)
        var trails = state.trails
        var left = Int(clamping: configuration.limit.bytes)
        let deadline = context.workDeadline
        for (index, log) in logs.found.enumerated() {
            context.progress(Double(index) / Double(logs.found.count), "reading \(log.path)")
            do {
                // What one log leaves of its share the others get.
                let share = left / (logs.found.count - index)
                left -= try follow(log, share, deadline, &trails, &report, context)
            } catch let error as FileError {
                report.fail("\(error)")
            }
        }
        for path in trails.keys where !logs.isWanted(path) { trails[path] = nil }
        let result = report.conclude(files: logs.found.count, limit: configuration.limit, context)
        if !context.isDryRun { try state.write(trails, files.map(\.description), for: context) }
        return result
    }

    /// - Returns: how many bytes were read.
    private func follow(
        _ log: LogFiles.Log, _ limit: Int, _ deadline: ContinuousClock.Instant, _ trails: inout [String: LogTrail],
        _ report: inout LogsReport, _ context: TaskContext
    ) throws -> Int {
        let beginning: LogFollowing.Beginning =
            log.isNew || configuration.from == .start ? .start : .end(lines: configuration.tail)
        let plan = try LogFollowing(path: log.path, trail: trails[log.path.string], beginning: beginning).plan()
        if plan.current == nil, log.isLiteral { report.warn("'\(log.path)' does not exist") }
        let read = try LogReading(plan: plan, limit: limit, deadline: deadline).run(&report.tally)
        report.add(read, plan)
        if let current = plan.current {
            let lines = try LogTail(of: current, lines: configuration.tail).lines
            report.tails.append(LogsReport.Tail(path: log.path, lines: lines))
        }
        trails[log.path.string] = try rotate(plan, read.trail, &report, context)
        return read.bytes
    }

    /// Rotates a log that was read, where that is due.
    ///
    /// - Returns: what to note of it then.
    private func rotate(
        _ plan: LogPlan, _ trail: LogTrail?, _ report: inout LogsReport, _ context: TaskContext
    ) throws -> LogTrail? {
        guard let rule = configuration.rotate, let current = plan.current, let trail else { return trail }
        let rotation = LogRotation(rule: rule, path: plan.path)
        guard rotation.isDue(current) else { return trail }
        if context.isDryRun {
            report.note("would rotate '\(plan.path)' (\(ByteSize(bytes: Int64(current.size))))")
            return trail
        }
        do {
            switch try rotation.rotate(current) {
            case .done(let what): report.rotated(what)
            case .left(let why): report.warn(why)
            case .notDue: break
            }
        } catch let error as FileError {
            report.fail("\(error)")
        }
        return try rule.copy ? copied(plan.path, trail) : trail
    }

    /// The trail of a log that was copied and truncated: the rest is in the copy.
    private func copied(_ path: FilePath, _ trail: LogTrail) throws -> LogTrail {
        guard let now = try LogSource.ifThere(path), try !trail.current.isOf(now),
            let copy = try LogSource.ifThere(FilePath("\(path).1")), try trail.current.isCopied(in: copy)
        else { return trail }
        return LogTrail(
            current: try LogPosition(now, offset: 0), previous: try LogPosition(copy, offset: trail.current.offset))
    }
}
