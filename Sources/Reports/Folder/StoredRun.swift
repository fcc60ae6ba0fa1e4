package import Foundation
package import Maintenance

/// The name of a run taken apart, `CHECKLIST-YYYYMMDD-HHMMSS` or the same with `-N`, for sorting by time.
///
/// The time is local and has no offset: within the repeated hour of a change to winter time, names alone do not tell
/// which run came first.
package struct StoredRun: Hashable, Comparable, Sendable {
    package let run: RunIdentifier
    package let checklist: String
    /// `YYYYMMDD-HHMMSS`.
    let stamp: String
    /// 1, or N where the name ends with it.
    let attempt: Int

    /// Nil where the name does not have this form.
    package init?(_ run: RunIdentifier) {
        var parts = run.rawValue.split(separator: "-", omittingEmptySubsequences: false)
        var attempt = 1
        if let last = parts.last, parts.count > 3, !Self.isDigits(last, 6) || !Self.isDigits(parts[parts.count - 2], 8)
        {
            guard let number = Int(last), number > 1, Self.isDigits(last, last.utf8.count) else { return nil }
            attempt = number
            parts.removeLast()
        }
        guard parts.count >= 3, Self.isDigits(parts[parts.count - 2], 8), Self.isDigits(parts[parts.count - 1], 6)
        else { return nil }
        self.run = run
        self.attempt = attempt
        stamp = parts.suffix(2).joined(separator: "-")
        checklist = parts.dropLast(2).joined(separator: "-")
    }

    /// The time in the name, read as if it were UTC: for differences, not for instants.
    package var wallTime: Date {
        let numbers = stamp.utf8.filter { $0 != UInt8(ascii: "-") }.map { Int($0) - 0x30 }
        func number(_ range: Range<Int>) -> Int { numbers[range].reduce(0) { $0 * 10 + $1 } }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let components = DateComponents(
            year: number(0..<4), month: number(4..<6), day: number(6..<8),
            hour: number(8..<10), minute: number(10..<12), second: number(12..<14))
        return calendar.date(from: components) ?? .distantPast
    }

    private static func isDigits(_ text: Substring, _ count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// By local time, then by the number at the end, then by name.
    package static func < (left: StoredRun, right: StoredRun) -> Bool {
        (left.stamp, left.attempt, left.run.rawValue) < (right.stamp, right.attempt, right.run.rawValue)
    }
}
