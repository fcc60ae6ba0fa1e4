package import RunStore
import Synchronization

/// Whether the run store can be written, found out by writing to it; however many ask, it is tried once in ten seconds.
package final class StoreProbe: Sendable {
    private let last = Mutex<(fault: String?, at: ContinuousClock.Instant)?>(nil)
    private let attempt: @Sendable () throws -> Void

    private static let freshness = Duration.seconds(10)

    /// A probe of this store.
    package convenience init(_ store: RunStore) { self.init { try store.probe() } }

    /// A probe that tries something else.
    init(_ attempt: @escaping @Sendable () throws -> Void) { self.attempt = attempt }

    /// Why it cannot be written; nil where it can.
    package var fault: String? {
        // The lock is held meanwhile: those who ask at the same time wait for the same answer.
        last.withLock { last in
            let now = ContinuousClock.now
            if let known = last, now - known.at < Self.freshness { return known.fault }
            var fault: String?
            do { try attempt() } catch { fault = "\(error)" }
            last = (fault, now)
            return fault
        }
    }
}
