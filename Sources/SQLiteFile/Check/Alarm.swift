import Dispatch
import GRDBSQLite
import Synchronization

/// Interrupts a connection at an instant, from another thread, where SQLite does not ask by itself.
final class Alarm {
    /// Closed before the connection can be: the timer's last call may come late.
    private final class Gate: Sendable {
        let isClosed = Mutex(false)
    }

    private let timer: any DispatchSourceTimer
    private let gate = Gate()

    init(at instant: ContinuousClock.Instant, interrupting database: OpaquePointer) {
        timer = DispatchSource.makeTimerSource()
        // sqlite3_interrupt may be called from any thread while the connection is open; the gate sees to that.
        nonisolated(unsafe) let target = database
        let left = max(instant - .now, .zero).components
        let milliseconds = Int(left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000)
        timer.setEventHandler { [gate] in
            gate.isClosed.withLock { if !$0 { sqlite3_interrupt(target) } }
        }
        timer.schedule(deadline: .now() + .milliseconds(milliseconds + 1))
        timer.resume()
    }

    func cancel() {
        gate.isClosed.withLock { $0 = true }
        timer.cancel()
    }
}
