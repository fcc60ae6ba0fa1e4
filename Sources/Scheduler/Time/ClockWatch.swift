import Foundation
import Maintenance

/// Notices that the clock on the wall was set, or that the machine slept, between two looks.
struct ClockWatch: Sendable {
    enum Change: Hashable, Sendable {
        /// By so many seconds, backwards where negative.
        case set(by: TimeInterval)
        /// For so many seconds.
        case slept(TimeInterval)
    }

    /// What three clocks show at one moment.
    struct Reading: Sendable {
        /// The clock on the wall.
        var wall: Date
        /// Time that this machine was awake.
        var awake: Duration
        /// Time that passed, asleep or awake.
        var passed: Duration

        init(wall: Date, awake: Duration, passed: Duration) {
            self.wall = wall
            self.awake = awake
            self.passed = passed
        }

        private static let start = (awake: SuspendingClock.now, passed: ContinuousClock.now)

        static func now(wall: Date) -> Reading {
            Reading(
                wall: wall, awake: start.awake.duration(to: .now), passed: start.passed.duration(to: .now))
        }
    }

    /// Smaller differences are a clock that is being adjusted, and our own slowness; in seconds.
    static let tolerance: TimeInterval = 2
    private var last: Reading?

    /// What happened since the last look.
    mutating func look(_ reading: Reading) -> [Change] {
        defer { last = reading }
        guard let last else { return [] }
        let passed = (reading.passed - last.passed).inSeconds
        let slept = passed - (reading.awake - last.awake).inSeconds
        let step = reading.wall.timeIntervalSince(last.wall) - passed
        var changes: [Change] = []
        if slept > Self.tolerance { changes.append(.slept(slept)) }
        if abs(step) > Self.tolerance { changes.append(.set(by: step)) }
        return changes
    }
}
