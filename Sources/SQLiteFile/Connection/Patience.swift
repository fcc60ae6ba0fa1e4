import GRDBSQLite
import Glibc

/// How long a connection goes on: when to stop waiting for a lock, and when to stop working.
///
/// SQLite asks it through two callbacks on the thread that does the work, which is why `Task.isCancelled` tells
/// of the right task. The connection owns it and outlives the callbacks.
final class Patience {
    enum StopReason { case cancelled, deadlinePassed }

    let busyTimeout: Duration
    var deadline: ContinuousClock.Instant?
    /// Set while finishing what must not be stopped any more.
    var ignoresStops = false
    /// Ends statements that hold up writers for too long.
    weak var watch: WriteWatch?
    private var busySince: ContinuousClock.Instant?
    /// How long the last wait for a lock was.
    private(set) var waited = Duration.zero

    init(busyTimeout: Duration, deadline: ContinuousClock.Instant?) {
        self.busyTimeout = busyTimeout
        self.deadline = deadline
    }

    /// Why work must stop now, or nil.
    var stopReason: StopReason? {
        if ignoresStops { return nil }
        if Task.isCancelled { return .cancelled }
        if let deadline, ContinuousClock.now >= deadline { return .deadlinePassed }
        return nil
    }

    /// Naps for a moment if there is patience left to wait for a lock.
    ///
    /// - Parameter attempt: 0 for the first failure to get the lock.
    /// - Returns: false when the caller should give up.
    func waitForLock(attempt: Int) -> Bool {
        let now = ContinuousClock.now
        let start = attempt == 0 ? now : (busySince ?? now)
        busySince = start
        waited = now - start
        guard stopReason == nil, waited < busyTimeout else { return false }
        usleep(attempt < 10 ? 1_000 * UInt32(attempt + 1) : 20_000)
        return true
    }

    /// Makes SQLite ask this object; it must outlive the connection.
    func attach(to database: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_busy_handler(
            database,
            { context, attempt in
                guard let context else { return 0 }
                let patience = Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue()
                return patience.waitForLock(attempt: Int(attempt)) ? 1 : 0
            }, context)
        // 20,000 instructions are well under a millisecond.
        sqlite3_progress_handler(
            database, 20_000,
            { context in
                guard let context else { return 0 }
                let patience = Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue()
                return patience.stopReason == nil && patience.watch?.isOverdue() != true ? 0 : 1
            }, context)
    }
}
