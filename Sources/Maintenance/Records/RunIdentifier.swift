package import Foundation

/// The name of a run: checklist and local start time, `weekly-20261122-020000`, also the name of its report folder.
package struct RunIdentifier: Hashable, Sendable, Codable, RawRepresentable, CustomStringConvertible {
    package let rawValue: String

    /// Accepts only what can be a folder's name: ASCII letters, digits, `-`, `_` and `.`, not beginning with a dot.
    package init?(rawValue: String) {
        let isSafe = rawValue.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == 0x2D || byte == 0x5F || byte == 0x2E
        }
        guard isSafe, !rawValue.isEmpty, !rawValue.hasPrefix("."), rawValue.utf8.count <= 200 else { return nil }
        self.rawValue = rawValue
    }

    /// The identifier of a run of `checklist` that starts at `start`, in local time of `timeZone`.
    ///
    /// `attempt` is more than 1 where another run of that second has the name already.
    package init?(checklist: String, start: Date, timeZone: TimeZone, attempt: Int = 1) {
        let stamp = CompactTime(start, in: timeZone).text
        self.init(rawValue: "\(checklist)-\(stamp)" + (attempt > 1 ? "-\(attempt)" : ""))
    }

    package var description: String { rawValue }
}

/// Local time as it stands in file names: `20261122_020000`, or with `-` between date and time.
package struct CompactTime: Sendable {
    package let text: String

    package init(_ date: Date, in timeZone: TimeZone, separator: String = "-") {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        let day = String(format: "%04d%02d%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        let time = String(format: "%02d%02d%02d", parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
        text = day + separator + time
    }
}
