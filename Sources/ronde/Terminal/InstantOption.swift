import ArgumentParser
import Foundation
import Maintenance

/// An instant given on the command line.
enum InstantOption {
    static func parse(_ text: String) throws -> Date {
        guard let date = InstantText.parse(text) else {
            throw ValidationError(
                "'\(text)' is no instant; write it as 2026-11-22T02:00:00+01:00 or 2026-11-22T01:00:00Z.")
        }
        return date
    }

    /// An instant, or a date, which means its end on the clock of a zone.
    static func parse(_ text: String, in timeZone: TimeZone) throws -> Date {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, text.utf8.count == 10, let year = parts[0], let month = parts[1], let day = parts[2]
        else {
            return try parse(text)
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let components = DateComponents(year: year, month: month, day: day)
        guard components.isValidDate(in: calendar), let start = calendar.date(from: components),
            let end = calendar.date(byAdding: .day, value: 1, to: start)
        else { throw ValidationError("'\(text)' is no date.") }
        return end
    }
}
