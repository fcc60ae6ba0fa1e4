import ArgumentParser
import DurableFiles
import Glibc
import Processes
import Runner

extension Ronde {
    /// Stands between the runner and a plugin's program; started by the runner, not by people.
    struct Supervise: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a plugin's program, and end it when the runner is gone.", shouldDisplay: false)

        @Option(help: "Seconds between SIGTERM and SIGKILL.")
        var grace: Double = 10

        @Option(help: "How nice to be, 0 to 19.")
        var nice = 0

        @Option(help: "What the locks say of their holder.")
        var purpose = ""

        @Option(name: .customLong("lock"), help: "A lock to hold meanwhile: shared=PATH or exclusive=PATH.")
        var locks: [String] = []

        @Argument(parsing: .postTerminator, help: "The program and its arguments.")
        var program: [String] = []

        func validate() throws {
            guard (0...86_400).contains(grace) else { throw ValidationError("--grace takes 0 to 86400 seconds.") }
            guard (0...19).contains(nice) else { throw ValidationError("--nice takes 0 to 19.") }
            guard !program.isEmpty else { throw ValidationError("Name a program after '--'.") }
        }

        func run() throws {
            let locks = try locks.map { text in
                guard let lock = WorkLock(argument: text) else { throw CommandFailure.usage("no lock: '\(text)'") }
                return lock
            }
            let held: [FileLock]?
            do {
                held = try WorkLock.take(locks, purpose: purpose) { Supervisor.isWatched }
            } catch {
                throw CommandFailure.io("\(error)")
            }
            guard held != nil else { throw ExitCode(3) }
            defer { withExtendedLifetime(held) {} }
            do {
                throw ExitCode(try Supervisor(program: program, grace: .seconds(grace), nice: nice).run())
            } catch let error as ChildStartError {
                throw CommandFailure.noInput("\(error)")
            }
        }
    }
}
