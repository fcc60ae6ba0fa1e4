package import Foundation
package import Maintenance

/// What becomes of firings that are due, by the missed policy of their schedule.
package enum MissedFirings {
    /// A firing that is handled no later than this after its hour is on time.
    package static let punctuality: TimeInterval = 90

    /// What to do with one firing.
    package enum Decision: Hashable, Sendable {
        case run(RunTrigger)
        case merged(into: Date)
        case skipped(reason: String)
        case missed(reason: String)
    }

    /// - Parameters:
    ///   - due: nominal times in ascending order, none later than `now`.
    ///   - now: the time.
    ///   - delay: what jitter adds to each of them.
    ///   - policy: what the schedule says of missed firings.
    /// - Returns: each nominal time with what becomes of it, in the same order.
    package static func decide(
        due: [Date], now: Date, delay: TimeInterval = 0, policy: MissedPolicy
    ) -> [(nominalTime: Date, decision: Decision)] {
        func lateness(_ nominal: Date) -> TimeInterval { now.timeIntervalSince(nominal) - delay }
        func isOnTime(_ nominal: Date) -> Bool { lateness(nominal) <= punctuality }
        let candidates = due.filter { lateness($0) <= policy.within.seconds || isOnTime($0) }
        let oldestRun = candidates.suffix(policy.run == .all ? policy.atMost : 1).first
        return due.map { nominal in
            guard let newest = candidates.last, let oldestRun,
                lateness(nominal) <= policy.within.seconds || isOnTime(nominal)
            else { return (nominal, .missed(reason: "nothing ran for longer than \(policy.within) after it")) }
            if nominal >= oldestRun, isOnTime(nominal) { return (nominal, .run(.schedule)) }
            switch policy.run {
            case .none: return (nominal, .missed(reason: "nothing ran at its time, and missed firings are not run"))
            case .all where nominal < oldestRun:
                return (nominal, .missed(reason: "more were missed than the \(policy.atMost) that are run late"))
            case .latest where nominal < oldestRun: return (nominal, .merged(into: newest))
            case .all, .latest: return (nominal, .run(.late))
            }
        }
    }
}
