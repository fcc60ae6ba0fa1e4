import Synchronization

/// Whether the daemon has begun its work, and has not begun to end it.
package final class Readiness: Sendable {
    package enum Phase: String, Sendable { case starting, ready, stopping }

    private let state = Mutex(Phase.starting)

    /// A daemon that starts.
    package init() {}

    package var phase: Phase { state.withLock { $0 } }

    /// Says that firings are watched; one that stops does not become ready again.
    package func begin() { state.withLock { if $0 == .starting { $0 = .ready } } }

    /// Says that nothing new starts.
    package func stop() { state.withLock { $0 = .stopping } }
}
