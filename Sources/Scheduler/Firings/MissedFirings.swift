package import Foundation
package import Maintenance

/// What becomes of firings that are due, by the missed policy of their schedule.
package enum MissedFirings {
    /// A firing that is handled no later than this after it was due is on time.
    package static let punctuality: TimeInterval = 90

    /// What to do with one firing.
    package enum Decision: Hashable, Sendable {
        case run(RunTrigger)
        case merged(into: Date)
        case skipped(reason: String)
        case missed(reason: String)
    }

    /// - Parameters:
    ///   - due: in ascending order of nominal times, none due later than `now`.
    ///   - now: the time.
    ///   - policy: what the schedule says of missed firings.
    /// - Returns: each nominal time with what becomes of it, in the same order.
    package static func decide(
        due: [PlannedFiring], now: Date, policy: MissedPolicy
    ) -> [(nominalTime: Date, decision: Decision)] {
        let (alone, twins) = apart(due)
        func lateness(_ firing: PlannedFiring) -> TimeInterval { now.timeIntervalSince(firing.due) }
        func isOnTime(_ firing: PlannedFiring) -> Bool { lateness(firing) <= punctuality }
        func isOpen(_ firing: PlannedFiring) -> Bool { lateness(firing) <= policy.within.seconds || isOnTime(firing) }
        let candidates = alone.filter(isOpen)
        let oldestRun = candidates.suffix(policy.run == .all ? policy.atMost : 1).first?.nominalTime
        let decided = alone.map { firing -> (nominalTime: Date, decision: Decision) in
            let nominal = firing.nominalTime
            guard let newest = candidates.last?.nominalTime, let oldestRun, isOpen(firing) else {
                return (nominal, .missed(reason: "nothing ran for longer than \(policy.within) after it"))
            }
            if nominal >= oldestRun, isOnTime(firing) { return (nominal, .run(.schedule)) }
            switch policy.run {
            case .none: return (nominal, .missed(reason: "nothing ran at its time, and missed firings are not run"))
            case .all where nominal < oldestRun:
                return (nominal, .missed(reason: "more were missed than the \(policy.atMost) that are run late"))
            case .latest where nominal < oldestRun: return (nominal, .merged(into: newest))
            case .all, .latest: return (nominal, .run(.late))
            }
        }
        return (decided + twins).sorted { $0.nominalTime < $1.nominalTime }
    }

    /// Of firings that a blackout moved to one instant the newest alone is asked for; the others are merged into it.
    private static func apart(
        _ due: [PlannedFiring]
    ) -> (alone: [PlannedFiring], twins: [(nominalTime: Date, decision: Decision)]) {
        var newest: [Date: Date] = [:]
        for firing in due { newest[firing.due] = firing.nominalTime }
        var alone: [PlannedFiring] = []
        var twins: [(nominalTime: Date, decision: Decision)] = []
        for firing in due {
            if firing.blackout != nil, let last = newest[firing.due], last > firing.nominalTime {
                twins.append((firing.nominalTime, .merged(into: last)))
            } else {
                alone.append(firing)
            }
        }
        return (alone, twins)
    }
}
