import DurableFiles
import Foundation
package import Maintenance
import Processes
package import SystemPackage

/// A service that commands stop and start.
package struct CommandService: ControlledService {
    /// A command that failed: what it was and what it said.
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package let command: String
        package let reason: String

        package var description: String { "'\(command)' \(reason)" }
    }

    private let commands: ControlCommands
    /// What the status command's exit status means; all others mean that it cannot tell.
    private let notRunning: Set<Int32>
    private var settings: Settings

    /// How commands are run.
    package struct Settings: Sendable {
        /// The whole environment.
        package var environment: [String: String]
        package var workingDirectory: FilePath
        /// How long stopping may take.
        package var stopLimit: Duration
        /// How long the start command may take to return.
        package var startLimit: Duration
        package var statusLimit: Duration

        package init(
            environment: [String: String] = ProcessInfo.processInfo.environment, workingDirectory: FilePath = "/",
            stopLimit: Duration = .seconds(60), startLimit: Duration = .seconds(60),
            statusLimit: Duration = .seconds(10)
        ) {
            self.environment = environment
            self.workingDirectory = workingDirectory
            self.stopLimit = stopLimit
            self.startLimit = startLimit
            self.statusLimit = statusLimit
        }
    }

    /// A service controlled as its configuration says.
    ///
    /// The start command has to return; what it leaves running in the background stays. Its output goes to a file that
    /// has no name any more, so that a service left running can write to it. A status command exits 0 while the service
    /// runs, and 1, 3 or 4 while it does not.
    package init(_ control: ServiceControl, settings: Settings = Settings()) {
        self.settings = settings
        switch control {
        case .systemd(let unit):
            commands = ControlCommands(
                start: ["systemctl", "start", "--", unit], stop: ["systemctl", "stop", "--", unit],
                status: ["systemctl", "is-active", "--quiet", "--", unit])
            notRunning = [3, 4]
        case .commands(let commands):
            self.commands = commands
            if let folder = commands.folder { self.settings.workingDirectory = FilePath(folder) }
            notRunning = [1, 3, 4]
        }
    }

    package var stopWords: String? { commands.stop.isEmpty ? nil : commands.stop.joined(separator: " ") }
    package var startWords: String? { commands.start.isEmpty ? nil : commands.start.joined(separator: " ") }

    package func stop() async throws { try await demand(commands.stop, settings.stopLimit) }
    package func start() async throws { try await demand(commands.start, settings.startLimit) }

    package func isRunning() async throws -> Bool? {
        guard let status = commands.status, !status.isEmpty else { return nil }
        switch try await run(status, settings.statusLimit).status {
        case 0: return true
        case let code?: return notRunning.contains(code) ? false : nil
        case nil: return nil
        }
    }

    private func demand(_ command: [String], _ limit: Duration) async throws {
        guard !command.isEmpty else { return }
        let end = try await run(command, limit)
        guard end.status == 0 else {
            let reason = end.status.map { "exited with status \($0)" } ?? end.words
            let said = end.output.isEmpty ? "" : ": \(end.output)"
            throw Failure(command: command.joined(separator: " "), reason: reason + said)
        }
    }

    private func run(_ command: [String], _ limit: Duration) async throws -> LastingCommand.End {
        let program = ProgramSearch.find(
            command[0], path: settings.environment["PATH"], from: settings.workingDirectory)
        guard let program else {
            throw Failure(
                command: command.joined(separator: " "), reason: "cannot be started: there is no such program")
        }
        return try await LastingCommand(
            program: program, arguments: command, environment: settings.environment,
            workingDirectory: settings.workingDirectory
        ).run(limit: limit)
    }
}
