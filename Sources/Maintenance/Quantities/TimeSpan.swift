/// A length of time as written in configuration: `250ms`, `90s`, `5m`, `2h`, `3d`; also `1.5h`.
package struct TimeSpan: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let duration: Duration

    package init(_ duration: Duration) { self.duration = duration }

    /// - Throws: ``QuantityError`` where the text is no length of time, is negative or exceeds 100 years.
    package init(parsing text: String) throws(QuantityError) {
        let wrong = QuantityError(text: text, expected: "a length of time such as 250ms, 90s, 5m, 2h or 3d")
        guard let (number, unit) = PlainNumber.splitUnit(text), number >= 0 else { throw wrong }
        guard let milliseconds = Self.units.first(where: { $0.symbol == unit })?.milliseconds else { throw wrong }
        let total = number * Double(milliseconds)
        guard total <= 100 * 366 * 86_400_000 else {
            throw QuantityError(text: text, expected: "a length of time of at most 100 years")
        }
        duration = .milliseconds(Int64(total.rounded()))
    }

    private static let units: [(symbol: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    package var seconds: Double { duration.inSeconds }

    package static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.duration < right.duration }

    /// The shortest text that parses to the same span, to the millisecond: `90s` stays `90s`, and `120s` becomes `2m`.
    package var description: String {
        let (wholeSeconds, attoseconds) = duration.components
        guard wholeSeconds.magnitude < 1 << 50 else { return "\(wholeSeconds)s" }  // in milliseconds it would overflow
        let milliseconds = wholeSeconds * 1000 + attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "0s" }
        let fitting = Self.units.first { milliseconds % $0.milliseconds == 0 }
        return fitting.map { "\(milliseconds / $0.milliseconds)\($0.symbol)" } ?? "\(milliseconds)ms"
    }
}

extension Duration {
    /// This duration as a number of seconds.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
