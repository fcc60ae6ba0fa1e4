internal import Foundation
import Maintenance

/// What of a change between two runs a person is told; the rest is noise that would hide it.
///
/// | unit | told when the value changed by |
/// |---|---|
/// | seconds | more than half and more than 0.1 s |
/// | bytes | more than 1 % and at least 1,000 B |
/// | counts | more than 1 % |
/// | percent | more than 5 percentage points |
/// | counters | going down: they only grow, unless something was set back |
/// | others | more than 10 % |
///
/// Shares are of the old value; whatever became of 0 is more than any share. A value that is no finite number any more,
/// or is one again, is always told. Values in different units are not compared.
enum NoticeRules {
    /// Whether the new value differs from the old one enough to be told.
    static func tells(from old: TaskMeasurement, to new: TaskMeasurement) -> Bool {
        guard old.unit == new.unit else { return false }
        guard old.value.isFinite, new.value.isFinite else {
            return old.value != new.value && !(old.value.isNaN && new.value.isNaN)
        }
        let difference = (new.value - old.value).magnitude
        let share = share(from: old.value, to: new.value)
        return switch new.unit {
        case .seconds: share > 0.5 && difference > 0.1
        case .bytes: share > 0.01 && difference >= 1000
        case .count: share > 0.01
        case .percent: difference > 5
        case .counter: new.value < old.value
        default: share > 0.1
        }
    }

    /// Whether a task took much longer: more than twice as long, and more than 10 s longer.
    static func tellsDuration(from old: Double, to new: Double) -> Bool {
        new > 2 * old && new - old > 10
    }

    /// Orders changes of value: how many times the larger is the smaller, on a logarithmic scale, whatever the unit.
    static func weight(from old: Double, to new: Double) -> Double {
        let (small, large) = (min(old.magnitude, new.magnitude), max(old.magnitude, new.magnitude))
        let weight = log(large / small)
        return weight.isNaN || old.sign != new.sign ? .infinity : weight
    }

    /// By which share of the old value the new one differs; infinite where the old one was 0.
    private static func share(from old: Double, to new: Double) -> Double {
        old == new ? 0 : (new - old).magnitude / old.magnitude
    }
}
