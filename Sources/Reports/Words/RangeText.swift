internal import Maintenance

extension ReportWords {
    /// What the ranges of a measurement say, in words: `warns above 2 s, critical above 5 s`; empty where it has none.
    func limits(of measurement: TaskMeasurement) -> String {
        let warning = measurement.warning.map { judgements.warns(words(for: $0, measurement.unit)) }
        let critical = measurement.critical.map { judgements.critical(words(for: $0, measurement.unit)) }
        return [warning, critical].compactMap(\.self).joined(separator: ", ")
    }

    private func words(for range: MeasurementRange, _ unit: MeasurementUnit) -> String {
        let (lower, upper) = (HumanText.value(range.lowerBound, unit), HumanText.value(range.upperBound, unit))
        switch (range.lowerBound == -.infinity, range.upperBound == .infinity, range.alertsInside) {
        case (true, true, let inside): return inside ? judgements.always : judgements.never
        case (true, false, false): return judgements.above(upper)
        case (true, false, true): return judgements.upTo(upper)
        case (false, true, false): return judgements.below(lower)
        case (false, true, true): return judgements.from(lower)
        case (false, false, false) where range.lowerBound == 0 && Self.isNeverNegative(unit):
            return judgements.above(upper)
        case (false, false, false): return judgements.outside(lower, upper)
        case (false, false, true):
            return range.lowerBound == range.upperBound ? judgements.at(lower) : judgements.between(lower, upper)
        }
    }

    /// Nagios writes "above 10" as `10`, which is 0 to 10: for these units it is the same.
    private static func isNeverNegative(_ unit: MeasurementUnit) -> Bool {
        [.bytes, .seconds, .percent, .count, .counter].contains(unit)
    }
}
