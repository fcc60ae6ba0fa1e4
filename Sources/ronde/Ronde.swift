import ArgumentParser
import Glibc
import Maintenance

@main
struct Ronde: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ronde",
        abstract: "Runs the maintenance of a small service: checklists on schedules, with reports and proven backups.",
        discussion: """
            Examples:
              ronde validate          find every mistake in ronde.yaml, schedules and plugins
              ronde run weekly        run a checklist now
              ronde daemon            run all checklists at their hours
              ronde backups list      what there is to fall back on, and when it was last proven

            The configuration is ronde.yaml here or in a folder above, else /etc/ronde/ronde.yaml.
            Exit status of a run: 0 ok, 1 warning, 2 critical, 3 unknown. 64 wrong usage, 78 faulty configuration.
            """,
        version: ProductVersion.current,
        subcommands: [
            Init.self, Run.self, Daemon.self, StatusCommand.self, Next.self, SimulateCommand.self, LedgerCommand.self,
            Sign.self, Pause.self, Resume.self, Acknowledge.self, Validate.self, CronCommand.self, ReportsCommand.self,
            HistoryCommand.self, NotificationsCommand.self, ExpectationsCommand.self, PluginsCommand.self,
            SchemaCommand.self, BackupsCommand.self, RetentionCommand.self, ServiceCommand.self,
        ])

    static func main() async {
        // A reader that went away must not end a run half-way, and lines must appear as they are written.
        signal(SIGPIPE, SIG_IGN)
        setvbuf(Terminal.standardOutput, nil, _IOLBF, 0)
        if let status = await OwnProcesses.run(Array(CommandLine.arguments.dropFirst())) { Glibc.exit(status) }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Terminal.say("ronde: \(failure.message)")
            Glibc.exit(failure.status)
        } catch {
            // What the parser does not know of is an error of our own, which says where, what and what to do.
            guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
            Terminal.say("ronde: \(error)")
            Glibc.exit(FailureStatus.of(error))
        }
    }
}

/// What ends a command with a message and an exit status of its own (sysexits.h).
struct CommandFailure: Error {
    let message: String
    let status: Int32

    static func configuration(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 78) }
    static func usage(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 64) }
    /// Somebody else is at it; trying again later may help.
    static func busy(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 75) }
    static func io(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 74) }
    static func noInput(_ message: String) -> CommandFailure { CommandFailure(message: message, status: 66) }
}
