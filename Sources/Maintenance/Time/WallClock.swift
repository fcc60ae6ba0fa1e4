package import Foundation

/// The clock on the wall, which people and cron expressions mean: it may be stepped, and stands still in a suspend.
package protocol WallClock: Sendable {
    var now: Date { get }

    /// Returns once `now >= deadline`, however the clock was stepped meanwhile.
    ///
    /// - Throws: `CancellationError` when the task is cancelled.
    func sleep(until deadline: Date) async throws
}

extension WallClock {
    /// Waits for a length of time of this clock.
    package func sleep(for duration: Duration) async throws {
        try await sleep(until: now.addingTimeInterval(duration.inSeconds))
    }
}

/// The machine's clock.
package struct SystemWallClock: WallClock {
    /// No single wait is longer, so that a step or a suspend is noticed within this time.
    package static let longestNap = Duration.seconds(30)

    private let reading: @Sendable () -> Date
    private let nap: @Sendable (Duration) async throws -> Void

    package init() {
        self.init(reading: { Date() }, nap: { try await Task.sleep(for: $0) })
    }

    /// A clock with another hand and another way to wait.
    init(reading: @escaping @Sendable () -> Date, nap: @escaping @Sendable (Duration) async throws -> Void) {
        self.reading = reading
        self.nap = nap
    }

    package var now: Date { reading() }

    package func sleep(until deadline: Date) async throws {
        try Task.checkCancellation()
        while case let left = deadline.timeIntervalSince(now), left > 0 {
            // The smaller number first: a deadline in the far future is no Duration.
            try await nap(.seconds(min(left, Self.longestNap.inSeconds)))
        }
    }
}
