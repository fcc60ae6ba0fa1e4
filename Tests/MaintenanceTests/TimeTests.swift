import Foundation
import Synchronization
import Testing

@testable import Maintenance

@Suite("Waiting")
struct TimeTests {
    /// A clock that is stepped after each nap, and a note of the naps.
    private final class Hands: Sendable {
        let state: Mutex<(now: Date, naps: [Duration], steps: [Double])>

        init(_ steps: [Double]) { state = Mutex((Date(timeIntervalSince1970: 0), [], steps)) }

        var clock: SystemWallClock {
            SystemWallClock(
                reading: { self.state.withLock { $0.now } },
                nap: { nap in
                    self.state.withLock { state in
                        state.naps.append(nap)
                        let step = state.steps.isEmpty ? nap.inSeconds : state.steps.removeFirst()
                        state.now.addTimeInterval(step)
                    }
                })
        }
    }

    private func naps(until seconds: Double, steps: [Double] = []) async throws -> [Double] {
        let hands = Hands(steps)
        try await hands.clock.sleep(until: Date(timeIntervalSince1970: seconds))
        return hands.state.withLock { $0.naps.map(\.inSeconds) }
    }

    @Test("a long wait is made of short naps")
    func shortNaps() async throws {
        #expect(try await naps(until: 70) == [30, 30, 10])
        #expect(try await naps(until: 0) == [])
        #expect(try await naps(until: -5) == [])
    }

    @Test("a clock stepped forward, or a suspend, ends the wait at the next nap")
    func forward() async throws {
        #expect(try await naps(until: 86_400, steps: [30, 90_000]) == [30, 30])
    }

    @Test("a clock stepped back makes the wait longer")
    func back() async throws {
        #expect(try await naps(until: 40, steps: [30, -20]) == [30, 10, 30])
    }

    @Test("a deadline at no date at all is waited for in naps too")
    func endless() async throws {
        #expect(try await naps(until: .infinity, steps: [.infinity]) == [30])
        #expect(try await naps(until: .nan) == [])
    }

    @Test("a wait for a length of time ends when it has passed")
    func length() async throws {
        let hands = Hands([])
        try await hands.clock.sleep(for: .seconds(45))
        #expect(hands.clock.now == Date(timeIntervalSince1970: 45))
    }

    @Test("a cancelled wait throws, also when its deadline has passed")
    func cancelled() async throws {
        for seconds in [0, 1e9] {
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.cancelAll()  // what is added after this begins cancelled
                    group.addTask { try await SystemWallClock().sleep(until: Date(timeIntervalSinceNow: seconds)) }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test(
        "waits between attempts grow up to an hour, or to the delay where that is longer",
        arguments: [
            ("30s", 2, [30, 60, 120, 240]), ("30s", 1, [30, 30, 30]), ("10m", 10, [600, 3600, 3600]),
            ("2h", 3, [7200, 7200, 7200]), ("0s", 100, [0, 0, 0]), ("1s", 1.5, [1, 1.5, 2.25]),
        ] as [(String, Double, [Double])])
    func retries(_ delay: String, _ backoff: Double, _ waits: [Double]) throws {
        let policy = RetryPolicy(attempts: 5, delay: try TimeSpan(parsing: delay), backoff: backoff)
        for (index, wait) in waits.enumerated() {
            #expect(policy.delay(afterAttempt: index + 1) == .seconds(wait))
        }
    }

    @Test("attempts without end have a wait too")
    func manyAttempts() {
        let policy = RetryPolicy(attempts: 100, delay: TimeSpan(.seconds(1)), backoff: 100)
        #expect(policy.delay(afterAttempt: 1_000_000) == .seconds(3600))
        #expect(policy.delay(afterAttempt: 0) == .seconds(1))
        #expect(RetryPolicy.once.delay(afterAttempt: 3) == .zero)
    }
}
