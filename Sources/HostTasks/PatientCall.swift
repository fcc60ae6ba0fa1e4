import Dispatch
import Foundation
import Maintenance
import Synchronization

/// Calls of the system that may never return, as one that asks a network file system whose server is gone.
package enum PatientCall {
    /// Does work on a thread of its own, and waits for it no longer than a limit.
    ///
    /// - Parameters:
    ///   - limit: how long to wait.
    ///   - work: what may hang.
    /// - Returns: nil where the work has not ended in time, or the task was cancelled; its thread is left to itself.
    package static func run<Value: Sendable>(
        within limit: Duration, _ work: @escaping @Sendable () -> Value
    ) async -> Value? {
        let answer = FirstAnswer<Value>()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                answer.wait(continuation)
                Thread { answer.give(work()) }.start()
                DispatchQueue.global().asyncAfter(deadline: .now() + max(limit.inSeconds, 0)) { answer.give(nil) }
            }
        } onCancel: {
            answer.give(nil)
        }
    }
}

/// Resumes a waiting task once, with the first answer of several.
private final class FirstAnswer<Value: Sendable>: Sendable {
    private enum State {
        case nobodyWaits
        case waiting(CheckedContinuation<Value?, Never>)
        case given
    }

    private let state = Mutex(State.nobodyWaits)

    func wait(_ continuation: CheckedContinuation<Value?, Never>) {
        let isLate = state.withLock { state in
            if case .given = state { return true }
            state = .waiting(continuation)
            return false
        }
        // Cancelled before it began to wait.
        if isLate { continuation.resume(returning: nil) }
    }

    func give(_ value: Value?) {
        let waiting: CheckedContinuation<Value?, Never>? = state.withLock { state in
            defer { state = .given }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume(returning: value)
    }
}
