package import Logging
import ServiceLifecycle

/// Gives the service manager signs of life, at half the time it waits for them, as long as the daemon is alive.
///
/// Without one in time the service manager kills the daemon and starts it anew: that is what it is for, where nothing
/// moves any more.
package struct Watchdog: ServiceLifecycle.Service {
    private let socket: NotifySocket?
    private let isAlive: @Sendable () -> Bool
    private let log: Logger

    /// A watchdog; without a socket, or without a time to keep, it does nothing.
    package init(_ socket: NotifySocket?, isAlive: @escaping @Sendable () -> Bool, log: Logger) {
        self.socket = socket
        self.isAlive = isAlive
        self.log = log
    }

    /// Gives signs until shutdown comes to it.
    ///
    /// Listed first among the services it is shut down last, and gives signs while what runs is waited for.
    package func run() async throws {
        guard let socket, let microseconds = socket.watchdogMicroseconds else {
            // Nothing to do is no end: the end of a service ends the others.
            try? await gracefulShutdown()
            return
        }
        var wasAlive = true
        let interval = Duration.microseconds(Int64(clamping: max(microseconds / 2, 1000)))
        while !Task.isCancelled {
            let isAlive = isAlive()
            if isAlive {
                socket.send(.watchdog)
            } else if wasAlive {
                log.critical("the agenda is stuck: no more signs of life to the service manager")
            }
            wasAlive = isAlive
            // Ends early only for shutdown and cancellation, which are seen next.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            if Task.isShuttingDownGracefully { break }
        }
    }
}
