import ArgumentParser

extension Ronde {
    struct ExpectationsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "expectations", abstract: "Show which pings of other jobs are expected, and which came.",
            subcommands: [ListExpectations.self, ShowExpectation.self])
    }
}
