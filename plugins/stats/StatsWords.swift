import Foundation
import Maintenance
import Probing

/// What the summary and the log say of a number.
struct StatsWords {
    let outlook: Outlook
    let timeZone: TimeZone

    private var unit: MeasurementUnit { outlook.measurement.unit }

    /// `37,214 users (+120 a day; 45,000 on 2027-01-24)`.
    var short: String { amount + bracket(outlook.reached.prefix(1)) }

    /// The same with every limit.
    var long: String { amount + bracket(outlook.reached[...]) }

    private var amount: String {
        let value = Self.text(outlook.measurement.value, unit)
        return unit == .count ? "\(value) \(outlook.number.title)" : "\(outlook.number.title) \(value)"
    }

    private func bracket(_ reached: ArraySlice<Outlook.Reaching>) -> String {
        var notes: [String] = []
        if let excess = ShownNumber.excess(outlook.measurement) { notes.append(excess) }
        if let perDay = outlook.perDay { notes.append(growth(perDay)) }
        notes += reached.map { "\(Self.text($0.limit, unit)) on \(day($0.date))" }
        return notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
    }

    private func growth(_ perDay: Double) -> String {
        // Of a count tenths are enough; what rounds to nothing is no growth.
        let shown = unit == .count ? (perDay.magnitude < 10 ? (perDay * 10).rounded() / 10 : perDay.rounded()) : perDay
        guard shown != 0 else { return "steady" }
        return "\(shown < 0 ? "-" : "+")\(Self.text(shown.magnitude, unit)) a day"
    }

    private func day(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents([.year, .month, .day], from: date)
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    private static func text(_ value: Double, _ unit: MeasurementUnit) -> String {
        unit == .count ? ShownNumber.grouped(value) : ShownNumber.value(value, unit)
    }
}
