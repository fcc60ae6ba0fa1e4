import Foundation

/// A stretch of the calendar that keeps one set.
package enum CalendarUnit: String, Hashable, Sendable, CaseIterable {
    case hour
    case day
    /// ISO 8601: begins on Monday, and belongs to the year of its Thursday.
    case week
    case month
    case year

    /// Which unit of this kind an instant lies in on the clock of a zone: `2026-11-22`, `2026-W47`, `2026-11`.
    ///
    /// Both passes of a repeated hour are one and the same hour.
    func label(of instant: Date, in timeZone: TimeZone) -> String {
        var calendar = Calendar(identifier: self == .week ? .iso8601 : .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .yearForWeekOfYear, .weekOfYear], from: instant)
        let (year, month, day) = (parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        return switch self {
        case .hour: String(format: "%04d-%02d-%02d %02d h", year, month, day, parts.hour ?? 0)
        case .day: String(format: "%04d-%02d-%02d", year, month, day)
        case .week: String(format: "%04d-W%02d", parts.yearForWeekOfYear ?? 0, parts.weekOfYear ?? 0)
        case .month: String(format: "%04d-%02d", year, month)
        case .year: String(format: "%04d", year)
        }
    }
}
