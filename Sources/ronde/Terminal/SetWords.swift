import Backups
import Foundation
import Maintenance
import Reports

/// Tells people of sets.
enum SetWords {
    /// One row of the list.
    static func cells(_ row: SetListing, _ now: Date) -> [String] {
        let (known, summary) = (row.known, row.known.set.summary)
        return [
            "\(known.set.name)", tiers(of: known.set), age(row.age), HumanText.bytes(Double(summary.bytes)),
            HumanText.number(Double(summary.rows)), "\(age(now.timeIntervalSince(known.provenAt))) ago",
            reason(row, now),
        ]
    }

    static func tiers(of set: BackupSet) -> String {
        set.tiers.isEmpty ? "adopted" : set.tiers.map(\.rawValue).joined(separator: "+")
    }

    /// A length of time in its largest unit: `3 h`, `12 d`.
    static func age(_ seconds: TimeInterval) -> String {
        switch seconds {
        case ..<0: "ahead"
        case ..<60: "\(Int(seconds)) s"
        case ..<3600: "\(Int(seconds / 60)) min"
        case ..<86_400: "\(Int(seconds / 3600)) h"
        default: "\(Int(seconds / 86_400)) d"
        }
    }

    private static func reason(_ row: SetListing, _ now: Date) -> String {
        if let why = row.known.whyNot { return "does not count: \(why)" }
        guard let retention = row.retention else { return "nothing prunes it" }
        return retention.keep ? retention.reason : "goes next: \(retention.reason)"
    }
}
