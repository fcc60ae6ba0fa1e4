import DurableFiles
import Foundation
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
        _ request: PluginRequest, of manifest: PluginManifest, load: TaskLoad, limit: Limit, locks: [WorkLock],
        receive: @escaping @Sendable (PluginEvent) -> Void
    ) async -> Attempt {
        let heard = Heard()
        do {
            let report = try await child(for: request, manifest, load, limit.time, locks).run { line in
                if let event = heard.receive(line) { receive(event) }
            }
            return heard.conclude(Self.end(report.end, limit), errorText: report.errorText)
        } catch {
            return Attempt(result: TaskResult(.unknown, "\(error)"), transcript: PluginTranscript())
        }
    }

    /// The plugin below its supervisor, which ends it should this process be killed.
    private func child(
        for request: PluginRequest, _ manifest: PluginManifest, _ load: TaskLoad, _ timeLimit: Duration,
        _ locks: [WorkLock]
    ) throws -> ChildProcess {
        let program: [String] =
            switch manifest.program {
            case .compiledIn: [settings.executable.string, "plugin", manifest.name]
            case .executable(let path, let arguments): [path] + arguments
            }
        let order = SupervisorOrder(
            program: load.diskPrefix + program, grace: settings.grace, nice: load.nice,
            purpose: "\(request.run), task \(request.task)", locks: locks)
        var child = ChildProcess(
            executable: settings.supervisor.executable, arguments: settings.supervisor.arguments + order.arguments,
            environment: settings.environment, workingDirectory: FilePath(request.scratch),
            input: try request.line(timeZone: settings.timeZone), timeLimit: timeLimit, grace: settings.grace,
            outputLimit: Int(Self.outputLimit.bytes), lineLimit: Self.lineLimit)
        child.killsWhenCancelled = { [stop] in stop?.kills == true }
        return child
    }

    private static func end(_ end: ChildEnd, _ limit: Limit) -> PluginTranscript.End {
        switch end {
        case .exited(let status): .exited(status)
        case .signalled(let signal): .signalled(signal)
        case .timedOut: limit.overstayed
        case .cancelled: .stopped("the run was told to stop")
        case .flooded: .flooded(limit: outputLimit, lines: lineLimit)
        }
    }
}

/// The transcript of a plugin that is still speaking.
private final class Heard: Sendable {
    private let transcript = Mutex(PluginTranscript())

    func receive(_ line: [UInt8]) -> PluginEvent? { transcript.withLock { $0.receive(line: line) } }

    func conclude(_ end: PluginTranscript.End, errorText: String) -> PluginLauncher.Attempt {
        transcript.withLock { transcript in
            let result = transcript.conclude(end, errorText: errorText)
            return PluginLauncher.Attempt(result: result, transcript: transcript)
        }
    }
}
