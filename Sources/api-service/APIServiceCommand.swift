import ArgumentParser
@preconcurrency import Glibc

/// `api-service`: the hosted users service.
@main
struct APIServiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-service",
        abstract: "Serve users from a SQLite database, as JSON under /api and as a web page at /.",
        discussion: """
            Example: api-service --port 5000 --database test.db

            Exit status: 0 stopped as asked, 64 wrong usage, 65 not a usable database, 66 no such folder, \
            69 no such address, 74 input or output failed, 75 the port or the database is taken, 77 not permitted.
            """,
        subcommands: [Serve.self, Seed.self],
        defaultSubcommand: Serve.self)

    static func main() async {
        // A client or a pipe that goes away is an error of one write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // A standard stream that was closed would leave its number to the next client or file, which would then get
        // what is meant for the stream.
        for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) == -1 {
            _ = open("/dev/null", O_RDWR)
        }
        // What is printed is read by programs that wait for the line, through a pipe too.
        setvbuf(stdout, nil, _IOLBF, 0)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
