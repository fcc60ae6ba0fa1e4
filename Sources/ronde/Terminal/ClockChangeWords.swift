import Cron
import Foundation

/// What a change of clocks does to a firing, in words.
enum ClockChangeWords {
    static func text(_ firing: Firing) -> String? {
        switch firing.clockChange {
        case .none: nil
        case .movedForward(let reading): "moved from \(reading), which the clock skips"
        case .firstPassOnly: "the clock shows this twice; fires the first time only"
        case .firstPass: "first of two passes of a repeated hour"
        case .secondPass: "second of two passes of a repeated hour"
        }
    }

    /// The day of the week on which the zone's clocks show the firing, as `Sun`.
    static func weekday(_ firing: Firing) -> String {
        let days = Int(((firing.instant.timeIntervalSince1970 + Double(firing.utcOffset)) / 86_400).rounded(.down))
        // 1970-01-01 was a Thursday.
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        return names[((days % 7) + 7) % 7]
    }
}
