import Foundation
package import Maintenance

/// Numbers in messages.
package enum ShownNumber {
    /// A length of time: `0.42 ms`, `12 ms`, `2.41 s`.
    package static func time(_ seconds: Double) -> String {
        if seconds < 0.00995 { return String(format: "%.2f ms", seconds * 1000) }
        return seconds < 0.9995 ? String(format: "%.0f ms", seconds * 1000) : String(format: "%.2f s", seconds)
    }

    /// Digits and a point, as short as they can be.
    package static func plain(_ value: Double) -> String { PlainNumber.text(value) }

    /// A number with commas between its thousands: `37,214`, `-1,000.5`.
    package static func grouped(_ value: Double) -> String {
        let text = plain(value)
        let digits = text.drop { $0 == "-" }.prefix { $0 != "." }
        guard digits.count > 3, digits.allSatisfy(\.isNumber) else { return text }
        let head = digits.count % 3
        var groups = head > 0 ? [String(digits.prefix(head))] : []
        var rest = digits.dropFirst(head)
        while !rest.isEmpty {
            groups.append(String(rest.prefix(3)))
            rest = rest.dropFirst(3)
        }
        return (value < 0 ? "-" : "") + groups.joined(separator: ",") + text[digits.endIndex...]
    }

    /// A value of a measurement with its unit.
    package static func value(_ value: Double, _ unit: MeasurementUnit) -> String {
        switch unit {
        case .seconds: return time(value)
        case .bytes where value.magnitude < 0x1p62: return ByteSize(bytes: Int64(value.rounded())).description
        case .count, .counter: return plain(value)
        default: return plain(value) + unit.rawValue
        }
    }

    /// Digits and a point without an exponent, as ranges are written.
    package static func decimal(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return String(format: "%.9f", value)
    }

    /// In which way a measurement is beyond the range that it alerts: `more than 2.00 s`.
    package static func excess(_ measurement: TaskMeasurement) -> String? {
        let ranges = [measurement.critical, measurement.warning].compactMap(\.self)
        guard let range = ranges.first(where: { $0.alerts(on: measurement.value) }) else { return nil }
        func limit(_ bound: Double) -> String { value(bound, measurement.unit) }
        if range.alertsInside { return "from \(limit(range.lowerBound)) to \(limit(range.upperBound))" }
        return measurement.value > range.upperBound
            ? "more than \(limit(range.upperBound))" : "less than \(limit(range.lowerBound))"
    }
}
