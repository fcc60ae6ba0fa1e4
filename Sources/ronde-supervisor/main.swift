// The process between the runner and a plugin: a program of its own, because one without all that `ronde` links begins
// ten times as fast, and every task waits for it.
import Glibc
import Supervision

do {
    let order = try SupervisorOrder(arguments: Array(CommandLine.arguments.dropFirst()))
    exit(try order.carryOut())
} catch {
    let text = "ronde-supervisor: \(error)\n"
    // Where nobody listens the exit status tells enough.
    _ = write(STDERR_FILENO, text, text.utf8.count)
    exit(error.status)
}
