import Synchronization

/// Shows that the daemon's agenda moves: whoever works through it says so at each turn, at least every half minute.
///
/// Time in which the machine slept does not count.
package final class Pulse: Sendable {
    private let last: Mutex<SuspendingClock.Instant>
    private let now: @Sendable () -> SuspendingClock.Instant

    /// A pulse that beats now.
    package convenience init() { self.init(now: { SuspendingClock.now }) }

    /// A pulse with another clock.
    init(now: @escaping @Sendable () -> SuspendingClock.Instant) {
        self.now = now
        last = Mutex(now())
    }

    /// Says that the agenda moved.
    package func beat() { last.withLock { $0 = now() } }

    /// How long ago it moved.
    package var stillFor: Duration { last.withLock { now() - $0 } }
}
