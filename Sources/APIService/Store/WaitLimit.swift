#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Synchronization

/// Until when the one writing connection may wait for another process to give the database back.
///
/// SQLite's own busy timeout starts anew for each statement, so a queue of requests would wait for the sum of them.
/// Here each request brings its own deadline, and all that wait give up together.
final class WaitLimit: Sendable {
    private let deadline = Mutex(ContinuousClock.now + .seconds(5))

    func set(_ instant: ContinuousClock.Instant) {
        deadline.withLock { $0 = instant }
    }

    /// SQLite's busy handler: naps and returns true, until the deadline has passed.
    func nap(tries: Int) -> Bool {
        guard ContinuousClock.now < deadline.withLock({ $0 }) else { return false }
        usleep(UInt32(min(tries + 1, 20)) * 1_000)
        return true
    }
}
