import APIService
import ArgumentParser
import Logging
import SystemPackage

/// `api-service serve`: runs until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serve until SIGTERM or SIGINT.",
        discussion: """
            Prints the line 'Listening on http://HOST:PORT' on standard output once it is ready.

            Example: api-service serve --port 0 --database test.db --log-file api.log
            """)

    @Option(help: "The port to listen at; 0 takes a free one.")
    var port = 5000

    @Option(help: "The address to listen at; 0.0.0.0 for all of this machine.")
    var host = "127.0.0.1"

    @Option(help: ArgumentHelp("The database file, made where there is none.", valueName: "path"))
    var database = "test.db"

    @Option(help: ArgumentHelp("Write the log to this file, not to standard error.", valueName: "path"))
    var logFile: String?

    @Option(help: ArgumentHelp("Begin a new log file at this size.", valueName: "bytes"))
    var logSize = 10_240

    @Option(help: ArgumentHelp("Keep this many older log files.", valueName: "number"))
    var logCount = 10

    @Option(help: "How much to log: debug (each request), info (changes and refusals), warning or error.")
    var logLevel = LogLevel.info

    enum LogLevel: String, CaseIterable, ExpressibleByArgument {
        case debug, info, warning, error
    }

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is a number from 0 to 65535.") }
        guard !host.isEmpty else { throw ValidationError("--host is empty.") }
        guard !database.isEmpty else { throw ValidationError("--database is empty.") }
        guard logFile != "" else { throw ValidationError("--log-file is empty.") }
        guard logSize >= 256 else { throw ValidationError("--log-size is at least 256 bytes.") }
        guard (1...1_000).contains(logCount) else { throw ValidationError("--log-count is a number from 1 to 1000.") }
    }

    func run() async throws {
        do {
            let file = try logFile.map { try LogFile.open(at: $0, size: logSize, count: logCount) }
            let server = APIServer(
                options: .init(host: host, port: port, database: try absolutePath(database)),
                logger: ServiceLog.logger(file: file, level: Logger.Level(rawValue: logLevel.rawValue) ?? .info))
            try await server.run { print("Listening on \($0)") }
        } catch let fault as StartFault {
            throw fault.reported()
        }
    }
}
