package import Maintenance

/// The unit of a field, and the base unit in which it is reported.
package struct FieldUnit: Sendable {
    package let reported: MeasurementUnit
    /// What a value is multiplied by.
    package let factor: Double

    /// - Throws: ``Mistake`` where there is no unit of that symbol.
    package init(_ symbol: String) throws(Mistake) {
        guard let (reported, factor) = Self.known[symbol] else {
            throw Mistake("'\(symbol)' is none of \(Self.known.keys.sorted().joined(separator: ", "))", at: "unit")
        }
        (self.reported, self.factor) = (reported, factor)
    }

    private static let known: [String: (MeasurementUnit, Double)] = [
        "count": (.count, 1), "counter": (.counter, 1), "%": (.percent, 1),
        "B": (.bytes, 1), "kB": (.bytes, 1e3), "MB": (.bytes, 1e6), "GB": (.bytes, 1e9),
        "KiB": (.bytes, 0x1p10), "MiB": (.bytes, 0x1p20), "GiB": (.bytes, 0x1p30),
        "s": (.seconds, 1), "ms": (.seconds, 1e-3), "us": (.seconds, 1e-6),
    ]
}
