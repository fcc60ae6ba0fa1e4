import ServiceLifecycle

/// Says how far the daemon is: to the service manager, and to those who ask for its readiness.
///
/// As a service it is listed last: the first to hear of a shutdown says so before the others begin to end.
package struct Announcer: ServiceLifecycle.Service {
    private let socket: NotifySocket?
    private let readiness: Readiness

    /// Without a socket only those who ask are told.
    package init(_ socket: NotifySocket?, readiness: Readiness) {
        self.socket = socket
        self.readiness = readiness
    }

    /// Says that firings are watched, or are watched again after a reload.
    package func ready(_ words: String) {
        readiness.begin()
        socket?.send(.ready, .status(words))
    }

    /// Says that the configuration is read anew; ``ready(_:)`` ends that, also where the last good one goes on.
    package func reloading() {
        socket?.send(.reloading)
    }

    /// Waits for the shutdown, and says that nothing new starts.
    package func run() async throws {
        // Cancellation is an end like that.
        try? await gracefulShutdown()
        readiness.stop()
        socket?.send(.stopping, .status("waiting for what runs"))
    }
}
