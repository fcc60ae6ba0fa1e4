import Foundation

/// The firings of a schedule from some instant on, each computed when it is asked for.
package struct FiringSequence: Sequence, IteratorProtocol, Sendable {
    private let schedule: CronSchedule
    /// The second from which to look, or nil when there are no more.
    private var second: Int?
    private let end: Date?

    init(schedule: CronSchedule, next second: Int?, end: Date?) {
        (self.schedule, self.second, self.end) = (schedule, second, end)
    }

    /// The next firing, or nil after the end of the range or the year 9999.
    package mutating func next() -> Firing? {
        guard let from = second, let firing = schedule.firing(from: from) else {
            second = nil
            return nil
        }
        if let end, firing.instant >= end {
            second = nil
            return nil
        }
        second = Int(firing.instant.timeIntervalSince1970) + 1
        return firing
    }
}
