internal import Foundation
internal import Maintenance

/// Instants as a person reads them: `Sunday 2026-11-22 02:00:04 +01:00`.
struct LocalTime {
    let words: ReportWords
    private let calendar: Calendar
    /// Whether the zone that was asked for exists; if not, times are in UTC.
    let isKnownZone: Bool

    init(zone name: String, words: ReportWords) {
        self.words = words
        let zone = TimeZone(identifier: name)
        isKnownZone = zone != nil
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone ?? .gmt
        self.calendar = calendar
    }

    /// The day of the week, the day and the time, to the second, with the offset from UTC.
    func text(_ date: Date) -> String {
        let weekday = calendar.component(.weekday, from: date)
        let day = words.weekdays.indices.contains(weekday - 1) ? words.weekdays[weekday - 1] + " " : ""
        return day + plain(date)
    }

    /// The day and the time to the minute, in the zone's own reading: what a list has room for.
    func minutes(_ date: Date) -> String {
        String(InstantText.format(date, in: calendar.timeZone).prefix(16)).replacing("T", with: " ")
    }

    /// The same without the day of the week.
    func plain(_ date: Date) -> String {
        let text = InstantText.format(date, in: calendar.timeZone)
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        let offset = parts[1].dropFirst(8)
        return "\(parts[0]) \(parts[1].prefix(8)) \(offset == "Z" ? "UTC" : offset)"
    }
}
