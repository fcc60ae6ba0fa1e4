internal import Foundation
package import Maintenance

/// Numbers as people read them, with three significant digits where the last ones tell nothing.
package enum HumanText {
    /// A value with its unit: `4.61 MB`, `12 ms`, `23.4 %`, `5,000`; a foreign unit follows its number as it is.
    package static func value(_ value: Double, _ unit: MeasurementUnit) -> String {
        switch unit {
        case .bytes: bytes(value)
        case .seconds: duration(value)
        case .percent: number(value) + " %"
        case .count, .counter: number(value)
        default: PrintableText.of(number(value) + " " + PrintableText.of(unit.rawValue, limit: 20))
        }
    }

    /// A length of time in seconds: `0.42 ms`, `12 ms`, `1.24 s`, `2 m 05 s`, `1 h 02 m`, `3 d 04 h`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return number(seconds) + " s" }
        if seconds < 0 { return "-" + duration(-seconds) }
        if seconds == 0 { return "0 s" }
        if seconds < 0.9995 {
            return seconds < 0.00995 ? number(seconds * 1000) + " ms" : whole(seconds * 1000) + " ms"
        }
        if seconds < 59.95 { return number(seconds) + " s" }
        guard let total = Int64(exactly: seconds.rounded()), total < 1_000_000_000_000 else {
            return number(seconds) + " s"
        }
        if total < 3600 { return "\(total / 60) m \(twoDigits(total % 60)) s" }
        // Rounded to what is shown, so that 1 h 59 m 59 s is 2 h and not 1 h 59 m.
        let minutes = (total + 30) / 60
        if minutes < 24 * 60 { return "\(minutes / 60) h \(twoDigits(minutes % 60)) m" }
        let hours = (total + 1800) / 3600
        return "\(grouped(hours / 24)) d \(twoDigits(hours % 24)) h"
    }

    /// A size in bytes, after ``ByteSize``; a fraction of a byte is rounded away.
    package static func bytes(_ value: Double) -> String {
        guard let exact = Int64(exactly: value.rounded()), exact.magnitude < 1 << 62 else {
            return number(value) + " B"
        }
        return ByteSize(bytes: exact).description
    }

    /// A bare number: whole ones with a comma every three digits, others with three significant digits.
    package static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "not a number" : value < 0 ? "-infinite" : "infinite" }
        let size = value.magnitude
        // Beyond this a Double no longer holds every whole number, and nobody counts the digits.
        guard size < 1e15 else { return String(format: "%.3g", value) }
        if let exact = Int64(exactly: value) { return grouped(exact) }
        if size >= 99.95 { return whole(value) }
        if size < 0.001 { return String(format: "%.2g", value) }
        let digits = size < 0.00995 ? 4 : size < 0.0995 ? 3 : size < 9.995 ? 2 : 1
        return String(format: "%.\(digits)f", value)
    }

    /// By how much a value changed, relative to what it was: `+8.9 %`, and from ten times on `×193`.
    ///
    /// Nil where it was 0, or where one of the values is not finite.
    package static func change(from old: Double, to new: Double) -> String? {
        guard old.isFinite, new.isFinite, old != 0 else { return nil }
        let percent = (new - old) / old.magnitude * 100
        guard percent.isFinite else { return nil }
        if old.sign == new.sign, new.magnitude >= 9.995 * old.magnitude { return "×" + number((new / old).rounded()) }
        let digits =
            percent.magnitude < 0.0995
            ? number(percent.magnitude)
            : percent.magnitude < 99.95 ? String(format: "%.1f", percent.magnitude) : whole(percent.magnitude)
        return (percent < 0 ? "-" : "+") + digits + " %"
    }

    private static func whole(_ value: Double) -> String {
        Int64(exactly: value.rounded()).map(grouped) ?? String(format: "%.3g", value)
    }

    private static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }
        return (value < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
    }

    private static func twoDigits(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
