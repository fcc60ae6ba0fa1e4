import Foundation
import Maintenance

/// The time that a run has, and that its tasks share.
///
/// Lengths of time are measured by a clock that nobody can set: a run must not end, or go on for ever, because the
/// clock on the wall was corrected.
struct TimeBudget: Sendable {
    let limit: TimeSpan
    private let end: ContinuousClock.Instant?

    /// The budget of a run that begins now.
    init(_ limit: TimeSpan) {
        self.limit = limit
        end = .now + limit.duration
    }

    private init() {
        limit = TimeSpan(.zero)
        end = nil
    }

    /// The budget of a task on its own, which has no limit but the task's.
    static let endless = TimeBudget()

    /// The time left; nil where there is no limit.
    private var left: Duration? { end.map { max(ContinuousClock.now.duration(to: $0), .zero) } }

    var isOver: Bool { left == .zero }

    func allows(_ wait: Duration) -> Bool { left.map { wait < $0 } ?? true }

    /// What an attempt at a task may take that begins now: the task's own limit, or what the run has left.
    func share(of task: TaskDefinition) -> (time: Duration, isOfRun: Bool) {
        guard let left, left < task.timeLimit.duration else { return (task.timeLimit.duration, false) }
        return (left, true)
    }
}
