import Dispatch
import Glibc

/// Runs work that SIGINT, SIGTERM and SIGHUP cancel.
enum StopOnSignals {
    /// Returns what the work returns; on a signal the work's task is cancelled and told so by `say`.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // A task of its own, because a signal must be able to cancel it from outside.
        let task = Task { try await work() }
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                Terminal.say("\nronde: stopping; what runs is being ended and recorded")
                task.cancel()
            }
            source.resume()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await task.value
    }
}
