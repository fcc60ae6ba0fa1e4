import DurableFiles
import Foundation
import Glibc
import Maintenance
import PluginKit
import Processes
import Supervision
import Synchronization
import SystemPackage

/// Starts a plugin's process for one attempt at a task and listens to it.
struct PluginLauncher: Sendable {
    let settings: RunnerSettings
    /// Whether its end is to be sudden, where somebody ends it before its time.
    let stop: RunStop?
    /// A plugin that says more than this is stopped.
    static let outputLimit = ByteSize(bytes: 16 << 20)
    static let lineLimit = 100_000

    /// What an attempt came to.
    struct Attempt: Sendable {
        var result: TaskResult
        var transcript: PluginTranscript
    }

    /// How long an attempt may take, and by which rule.
    struct Limit: Sendable {
        /// The time left.
        var time: Duration
        /// What is told of an attempt that overstays.
        var overstayed: PluginTranscript.End
    }

    /// Starts the plugin and waits for its end.
    ///
    /// Events go to `receive` in order; the plugin's supervisor holds `locks` beside the runner.
    func attempt(
        _ request: PluginRequest, of manifest: PluginManifest, task: TaskDefinition, limit: Limit, locks: [WorkLock],
        receive: @escaping @Sendable (PluginEvent) -> Void
    ) async -> Attempt {
        let heard = Heard(manifest.isCheck ? CheckListener() : EventListener())
        do {
            let report = try await child(for: request, manifest, task, limit.time, locks).run { line in
                for event in heard.receive(line) { receive(event) }
            }
            return heard.conclude(Self.end(report.end, limit, task.limits), errorText: report.errorText)
        } catch {
            return Attempt(result: TaskResult(.unknown, "\(error)"), transcript: PluginTranscript())
        }
    }

    /// The plugin below its supervisor, which ends it should this process be killed.
    private func child(
        for request: PluginRequest, _ manifest: PluginManifest, _ task: TaskDefinition, _ timeLimit: Duration,
        _ locks: [WorkLock]
    ) throws -> ChildProcess {
        let command = try PluginCommand(
            manifest, request, ronde: settings.executable, timeZone: settings.timeZone)
        let order = SupervisorOrder(
            program: task.load.diskPrefix + command.program, grace: settings.grace, nice: task.load.nice,
            purpose: "\(request.run), task \(request.task)", locks: locks,
            confinement: try Confinement(task.limits, hasNoInput: command.hasNoInput))
        var child = ChildProcess(
            executable: settings.supervisor.executable, arguments: settings.supervisor.arguments + order.arguments,
            environment: settings.environment, workingDirectory: FilePath(request.scratch),
            input: command.input, timeLimit: timeLimit, grace: settings.grace,
            outputLimit: Int(Self.outputLimit.bytes), lineLimit: Self.lineLimit)
        child.killsWhenCancelled = { [stop] in stop?.kills == true }
        return child
    }

    private static func end(_ end: ChildEnd, _ limit: Limit, _ limits: ProgramLimits) -> PluginTranscript.End {
        if case .signalled(SIGXCPU) = end, let time = limits.processorTime { return .spent(limit: time) }
        return switch end {
        case .exited(let status): .exited(status)
        case .signalled(let signal): .signalled(signal)
        case .timedOut: limit.overstayed
        case .cancelled: .stopped("the run was told to stop")
        case .flooded: .flooded(limit: outputLimit, lines: lineLimit)
        }
    }
}

/// What was heard of a plugin that is still speaking.
private final class Heard: Sendable {
    private let listener: Mutex<any ProcessListener>

    init(_ listener: any ProcessListener) { self.listener = Mutex(listener) }

    func receive(_ line: [UInt8]) -> [PluginEvent] { listener.withLock { $0.receive(line) } }

    func conclude(_ end: PluginTranscript.End, errorText: String) -> PluginLauncher.Attempt {
        listener.withLock { $0.conclude(end, errorText: errorText) }
    }
}
