import APIService
import ArgumentParser
import SystemPackage

/// `api-service seed`: a table to look at and to measure with.
struct Seed: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Fill the database with made-up users until it holds a number of them.",
        discussion: """
            The users are the same each time. A table that already holds as many or more is left alone, so running it \
            twice changes nothing. A service may be using the database meanwhile.

            Example: api-service seed --users 5000 --database test.db
            """)

    @Option(help: ArgumentHelp("How many users the table shall hold.", valueName: "number"))
    var users: Int

    @Option(help: ArgumentHelp("The database file, made where there is none.", valueName: "path"))
    var database = "test.db"

    func validate() throws {
        guard (0...10_000_000).contains(users) else {
            throw ValidationError("--users is a number from 0 to 10000000.")
        }
        guard !database.isEmpty else { throw ValidationError("--database is empty.") }
    }

    func run() async throws {
        do {
            let path = try absolutePath(database)
            let outcome = try await SeedRun(database: path, target: users).run()
            print("\(path): \(outcome.added) users added, \(outcome.total) there")
        } catch let fault as StartFault {
            throw fault.reported()
        }
    }
}
