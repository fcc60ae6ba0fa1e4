import Glibc

extension SQLiteConnection {
    /// Leaves the locks and the disk to others for a while, or until work must stop.
    func rest(for duration: Duration) { rest(until: .now + duration) }

    /// The same until an instant.
    func rest(until end: ContinuousClock.Instant) {
        while case let left = end - .now, left > .zero, patience.stopReason == nil {
            let milliseconds = left.components.seconds * 1_000 + left.components.attoseconds / 1_000_000_000_000_000
            // In naps, so that a stop is noticed.
            usleep(UInt32(min(max(milliseconds, 1), 20)) * 1_000)
        }
    }
}
