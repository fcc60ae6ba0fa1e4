import Foundation
import Maintenance
import Notifications

extension ExpectationNews {
    /// What people are told of an event, with times in a zone.
    init(_ event: ExpectationEvent, in zone: TimeZone) {
        let status = event.status
        func text(_ instant: Date) -> String { InstantText.format(instant, in: zone) }
        let last = status.lastPing.map { "the last ping came at \(text($0))" } ?? "none ever came"
        switch event.kind {
        case .overdue:
            let due = status.expectedAt.map { "A ping was expected at \(text($0))" } ?? "A ping was expected"
            self = .overdue("\(due) and did not come; \(last).")
        case .failed:
            let status = status.exitStatus.map { " with exit status \($0)" } ?? ""
            self = .failed("The job said that it failed\(status).")
        case .unheard:
            let absence = status.absence.map { " from \(text($0.start)) to \(text($0.end))" } ?? ""
            self = .unheard("No ping was heard, but Ronde was not listening\(absence); \(last).")
        case .back: self = .back("Pings come again.")
        }
    }
}
