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
        let candidates = due.filter { lateness($0) <= policy.within.seconds || lateness($0) <= punctuality }
        let newest = candidates.last
        return due.map { nominal in
            if lateness(nominal) <= punctuality, nominal == newest || policy.run == .all {
                return (nominal, .run(.schedule))
            }
            guard lateness(nominal) <= policy.within.seconds else {
                return (nominal, .missed(reason: "nothing ran for longer than \(policy.within) after it"))
            }
            switch policy.run {
            case .all: return (nominal, .run(.late))
            case .none: return (nominal, .missed(reason: "nothing ran at its time, and missed firings are not run"))
            case .latest:
                guard let newest, newest != nominal else { return (nominal, .run(.late)) }
                return (nominal, .merged(into: newest))
            }
        }
    }
}
