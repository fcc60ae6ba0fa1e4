import DurableFiles
import Foundation
import Maintenance
import PluginKit
import Processes
import Synchronization
import SystemPackage

/// Starts a plugin's process for one attempt at a task and listens to it.
struct PluginLauncher: Sendable {
    let settings: RunnerSettings
    /// A plugin that says more than this is stopped.
    static let outputLimit = ByteSize(bytes: 16 << 20)

    /// What an attempt came to.
    struct Attempt: Sendable {
        var result: TaskResult
        var transcript: PluginTranscript
    }

    /// - Parameter timeLimit: the time left, already counted from the task's and the run's limits.
    func attempt(
        _ request: PluginRequest, of manifest: PluginManifest, timeLimit: TimeSpan,
        receive: @escaping @Sendable (PluginEvent) -> Void
    ) async -> Attempt {
        let heard = Heard()
        do {
            let report = try await child(for: request, manifest, timeLimit).run { line in
                if let event = heard.receive(line) { receive(event) }
            }
            return heard.conclude(Self.end(report.end, timeLimit), errorText: report.errorText)
        } catch {
            return Attempt(result: TaskResult(.unknown, "\(error)"), transcript: PluginTranscript())
        }
    }

    private func child(
        for request: PluginRequest, _ manifest: PluginManifest, _ timeLimit: TimeSpan
    ) throws -> ChildProcess {
        let program: (path: FilePath, arguments: [String]) =
            switch manifest.program {
            case .compiledIn: (settings.executable, ["plugin", manifest.name])
            case .executable(let path, let arguments): (FilePath(path), arguments)
            }
        return ChildProcess(
            executable: program.path, arguments: program.arguments, environment: settings.environment,
            workingDirectory: FilePath(request.scratch), input: try request.line(timeZone: settings.timeZone),
            timeLimit: timeLimit.duration, grace: settings.grace, outputLimit: Int(Self.outputLimit.bytes))
    }

    private static func end(_ end: ChildEnd, _ timeLimit: TimeSpan) -> PluginTranscript.End {
        switch end {
        case .exited(let status): .exited(status)
        case .signalled(let signal): .signalled(signal)
        case .timedOut: .timedOut(limit: timeLimit)
        case .cancelled: .stopped("the run was told to stop")
        case .flooded: .flooded(limit: outputLimit)
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
