package import Maintenance

/// What becomes of a firing that is due while its checklist runs; the same for live and late firings.
///
/// | policy           | nothing runs | one runs                | one runs and one waits              |
/// | ---------------- | ------------ | ----------------------- | ----------------------------------- |
/// | `skip`           | run          | skip                    | skip                                |
/// | `queue_one`      | run          | wait                    | skip                                |
/// | `queue_all`      | run          | wait                    | wait                                |
/// | `cancel_running` | run          | stop the run, then run  | the same; the one that waits is skipped |
/// | `kill_running`   | run          | kill the run, then run  | the same; the one that waits is skipped |
/// | `allow`          | run          | run beside it           | run beside it                       |
///
/// Nothing can wait where nothing runs. A run by hand counts as one that runs; the schedule stops none of these, and
/// where it would, its firing waits.
package enum OverlapRule {
    package enum Decision: Hashable, Sendable {
        case run
        case wait
        case skip
        /// The run is ended, and the firing runs then; `kills` where the run gets no time to end by itself.
        case replace(kills: Bool)
    }

    package static func decide(_ policy: OverlapPolicy, isRunning: Bool, isWaiting: Bool) -> Decision {
        guard isRunning else { return .run }
        switch policy {
        case .skip: return .skip
        case .queueOne: return isWaiting ? .skip : .wait
        case .queueAll: return .wait
        case .cancelRunning: return .replace(kills: false)
        case .killRunning: return .replace(kills: true)
        case .allow: return .run
        }
    }
}
