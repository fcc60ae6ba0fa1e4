import Foundation
import Maintenance

/// Numbers in messages.
enum ShownNumber {
    /// A length of time: `0.42 ms`, `12 ms`, `2.41 s`.
    static func time(_ seconds: Double) -> String {
        if seconds < 0.00995 { return String(format: "%.2f ms", seconds * 1000) }
        return seconds < 0.9995 ? String(format: "%.0f ms", seconds * 1000) : String(format: "%.2f s", seconds)
    }

    static func plain(_ value: Double) -> String { PlainNumber.text(value) }

    /// A value of a measurement with its unit.
    static func value(_ value: Double, _ unit: MeasurementUnit) -> String {
        switch unit {
        case .seconds: return time(value)
        case .bytes where value.magnitude < 0x1p62: return ByteSize(bytes: Int64(value.rounded())).description
        case .count, .counter: return plain(value)
        default: return plain(value) + unit.rawValue
        }
    }

    /// Digits and a point without an exponent, as ranges are written.
    static func decimal(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return String(format: "%.9f", value)
    }

    /// In which way a measurement is beyond the range that it alerts: `more than 2.00 s`.
    static func excess(_ measurement: TaskMeasurement) -> String? {
        let ranges = [measurement.critical, measurement.warning].compactMap(\.self)
        guard let range = ranges.first(where: { $0.alerts(on: measurement.value) }) else { return nil }
        func limit(_ bound: Double) -> String { value(bound, measurement.unit) }
        if range.alertsInside { return "from \(limit(range.lowerBound)) to \(limit(range.upperBound))" }
        return measurement.value > range.upperBound
            ? "more than \(limit(range.upperBound))" : "less than \(limit(range.lowerBound))"
    }
}
