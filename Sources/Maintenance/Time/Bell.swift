import Synchronization

/// Wakes the one who waits; a ring that nobody waits for is kept for whoever waits next.
package final class Bell: Sendable {
    package init() {}

    private struct State {
        var hasRung = false
        var waiter: (number: UInt64, continuation: CheckedContinuation<Void, Never>)?
        var number: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Rings, from any thread.
    package func ring() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.hasRung = state.waiter == nil
            return state.waiter?.continuation
        }
        waiter?.resume()
    }

    /// Returns at the next ring, or when the task is cancelled; at once where it has rung since the last wait.
    package func wait() async {
        let number = state.withLock { state in
            state.number += 1
            return state.number
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (isOver, replaced) = state.withLock { state in
                    // The flag is up before the cancellation handler runs, so one of the two sees the other.
                    if Task.isCancelled || state.hasRung {
                        if !Task.isCancelled { state.hasRung = false }
                        return (true, nil as CheckedContinuation<Void, Never>?)
                    }
                    defer { state.waiter = (number, continuation) }
                    return (false, state.waiter?.continuation)
                }
                if isOver { continuation.resume() }
                // Only one waits; another one that came before goes on.
                replaced?.resume()
            }
        } onCancel: {
            let waiter = state.withLock { state in
                guard state.waiter?.number == number else { return nil as CheckedContinuation<Void, Never>? }
                defer { state.waiter = nil }
                return state.waiter?.continuation
            }
            waiter?.resume()
        }
    }
}
