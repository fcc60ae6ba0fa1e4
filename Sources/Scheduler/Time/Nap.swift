import Foundation
import Maintenance
import ServiceLifecycle

/// A wait on the clock on the wall that also ends when that clock was set back.
enum Nap {
    /// However the clock was set, a nap ends after this time that really passed.
    static let longest = Duration.seconds(30)

    /// Waits until `deadline`, for ``longest``, or until the bell rings: then look at the clock again.
    ///
    /// A clock that is set back by a year would otherwise keep a waiter for that year.
    ///
    /// - Returns: false when the wait was cut short by shutdown or cancellation.
    static func untilDue(
        _ deadline: Date, _ clock: any WallClock, bell: Bell
    ) async throws -> Bool {
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await clock.sleep(until: deadline) }
                    group.addTask { try await Task.sleep(for: longest) }
                    group.addTask { await bell.wait() }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
            return !Task.isCancelled && !Task.isShuttingDownGracefully
        } catch is CancellationError {
            return false
        }
    }
}
