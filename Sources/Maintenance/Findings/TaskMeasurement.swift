/// A named number that a task found, with the ranges that it is judged by.
///
/// The prefix keeps it apart from Foundation's type of that name.
package struct TaskMeasurement: Hashable, Sendable, Codable {
    /// Lower-case words joined by `_`; a dot before them names the thing measured: `health.total_time`.
    package var name: String
    package var value: Double
    package var unit: MeasurementUnit
    package var warning: MeasurementRange?
    package var critical: MeasurementRange?

    package init(
        _ name: String, _ value: Double, _ unit: MeasurementUnit,
        warning: MeasurementRange? = nil, critical: MeasurementRange? = nil
    ) {
        self.name = name
        self.value = value
        self.unit = unit
        self.warning = warning
        self.critical = critical
    }

    /// What the ranges say of the value: `critical` before `warning` before `ok`.
    package var outcome: Outcome {
        if critical?.alerts(on: value) == true { return .critical }
        if warning?.alerts(on: value) == true { return .warning }
        return .ok
    }

    // Written by hand so that an absent range is `null` and not a missing key: programs read a fixed shape.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(value, forKey: .value)
        try container.encode(unit, forKey: .unit)
        try container.encode(warning, forKey: .warning)
        try container.encode(critical, forKey: .critical)
    }
}

/// The unit of a measurement, by its symbol on the wire.
///
/// Ronde's own plugins use the base units below; a foreign plugin's unit is kept as it is.
package struct MeasurementUnit: RawRepresentable, Hashable, Sendable, Codable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    package static let bytes = MeasurementUnit(rawValue: "B")
    package static let seconds = MeasurementUnit(rawValue: "s")
    package static let percent = MeasurementUnit(rawValue: "%")
    /// A number of things.
    package static let count = MeasurementUnit(rawValue: "")
    /// A counter that only grows, as Nagios writes it.
    package static let counter = MeasurementUnit(rawValue: "c")
}
