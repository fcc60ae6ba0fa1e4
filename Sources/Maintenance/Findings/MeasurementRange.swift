/// A range of values that raises an alert, in the notation of the Nagios plugin guidelines.
///
/// `10` alerts outside 0...10, `10:` below 10, `~:10` above 10, `10:20` outside 10...20, and `@10:20` inside it.
/// End points belong to the range.
package struct MeasurementRange: Hashable, Sendable, CustomStringConvertible {
    package let lowerBound: Double
    package let upperBound: Double
    /// Whether values inside the bounds raise the alert, instead of those outside.
    package let alertsInside: Bool

    /// Alerts on values above `limit`.
    package static func above(_ limit: Double) -> MeasurementRange {
        MeasurementRange(lowerBound: -.infinity, upperBound: limit, alertsInside: false)
    }

    /// Alerts on values below `limit`.
    package static func below(_ limit: Double) -> MeasurementRange {
        MeasurementRange(lowerBound: limit, upperBound: .infinity, alertsInside: false)
    }

    private init(lowerBound: Double, upperBound: Double, alertsInside: Bool) {
        (self.lowerBound, self.upperBound, self.alertsInside) = (lowerBound, upperBound, alertsInside)
    }

    /// Reads the notation above.
    ///
    /// Checks of other people write numbers such as `.5` and `1e3`, and leave out a start of 0: `:10`. The guidelines'
    /// own parsers take these too.
    ///
    /// - Throws: ``QuantityError`` where the text is no such range, or where it runs backwards.
    package init(parsing text: String) throws(QuantityError) {
        var rest = text[...]
        let inside = rest.first == "@"
        if inside { rest = rest.dropFirst() }
        let parts = rest.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let wrong = QuantityError(text: text, expected: "a range such as 10, 10:, ~:10, 10:20 or @10:20")
        guard let first = parts.first, rest != ":", !rest.isEmpty else { throw wrong }
        let lower: Double
        let upper: Double
        if parts.count == 1 {
            guard let end = Self.number(first) else { throw wrong }
            (lower, upper) = (0, end)
        } else {
            guard let start = first == "~" ? -.infinity : first.isEmpty ? 0 : Self.number(first),
                let end = parts[1].isEmpty ? .infinity : Self.number(parts[1])
            else { throw wrong }
            (lower, upper) = (start, end)
        }
        guard lower <= upper else {
            throw QuantityError(text: text, expected: "a range whose start is not above its end")
        }
        self.init(lowerBound: lower, upperBound: upper, alertsInside: inside)
    }

    /// A number as checks print it; neither words nor hexadecimal, which Swift would read.
    private static func number(_ text: Substring) -> Double? {
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard isPlain, text.utf8.count <= 400, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// Whether `value` raises the alert.
    package func alerts(on value: Double) -> Bool {
        let isInside = value >= lowerBound && value <= upperBound
        return isInside == alertsInside
    }

    /// The shortest notation of this range; parsing it gives the same range.
    package var description: String {
        let prefix = alertsInside ? "@" : ""
        if lowerBound == 0, upperBound.isFinite { return prefix + PlainNumber.text(upperBound) }
        let start = lowerBound == -.infinity ? "~" : PlainNumber.text(lowerBound)
        return prefix + start + ":" + (upperBound.isFinite ? PlainNumber.text(upperBound) : "")
    }
}
