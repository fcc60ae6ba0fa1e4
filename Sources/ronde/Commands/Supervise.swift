import ArgumentParser
import Supervision

extension Ronde {
    /// Does the work of `ronde-supervisor` where only this program was installed; started by the runner, not by people.
    struct Supervise: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a plugin's program, and end it when the runner is gone.", shouldDisplay: false)

        @Argument(parsing: .captureForPassthrough, help: "As 'ronde-supervisor' takes them.")
        var order: [String] = []

        func run() throws {
            do {
                throw ExitCode(try SupervisorOrder(arguments: order).carryOut())
            } catch let failure as SupervisorFailure {
                throw CommandFailure(message: "\(failure)", status: failure.status)
            }
        }
    }
}
