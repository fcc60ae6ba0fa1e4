package import Foundation

/// The clock by which the age of history is measured: that on the wall, but it never leaps ahead.
///
/// A clock that jumps a year ahead would make all that was kept too old at once, and what was removed does not come back
/// when the clock is put right. So this clock follows the wall's at most at three times its pace, and by a week each
/// time: a jump costs some days of the oldest history until somebody sees it, while a daemon that was off for a month
/// has caught up ten days later. Back it goes at once. Only age is measured by it; number and room need no clock.
package struct TrustedClock: Hashable, Sendable {
    /// What it says.
    package let now: Date
    /// What the clock on the wall says.
    package let wall: Date

    /// By how much it may move at one time, in seconds.
    package static let longestStep: TimeInterval = 7 * 86_400
    package static let pace: Double = 3
    /// How long, in seconds, nothing may have been done before the clock may have jumped, where nothing was noted yet.
    ///
    /// 90 days, as for backups: a monthly checklist that was missed twice.
    package static let longestQuiet: TimeInterval = 90 * 86_400

    /// The clock where it was noted before.
    ///
    /// - Parameters:
    ///   - noted: what it said last.
    ///   - notedAt: what the wall's clock said then.
    ///   - wall: what that says now.
    package init(noted: Date, notedAt: Date, wall: Date) {
        let elapsed = max(0, wall.timeIntervalSince(notedAt))
        now = min(wall, noted + min(elapsed * Self.pace, Self.longestStep))
        self.wall = wall
    }

    /// The clock where nothing was noted yet: it holds back what it may have jumped.
    ///
    /// - Parameters:
    ///   - quietTimes: how long nothing was done, each time that this was longer than ``longestQuiet``; in seconds.
    ///   - wall: what the wall's clock says.
    package init(quietTimes: [TimeInterval], wall: Date) {
        now = wall - quietTimes.reduce(0) { $0 + max(0, $1 - Self.longestQuiet) }
        self.wall = wall
    }

    /// The clock where a person says that the wall's is right.
    package init(confirmed wall: Date) {
        now = wall
        self.wall = wall
    }

    /// How far it is behind the wall's, in seconds.
    package var lag: TimeInterval { wall.timeIntervalSince(now) }
}
