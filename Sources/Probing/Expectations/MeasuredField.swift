import Maintenance

/// A number of a JSON answer that is measured and judged.
struct MeasuredField: Sendable {
    let name: String
    let field: String
    let unit: FieldUnit
    private var warning: MeasurementRange?
    private let critical: MeasurementRange?
    private let threshold: ServiceThreshold?

    init(_ entry: MeasureEntry) throws(Mistake) {
        (name, field) = (entry.name, entry.field)
        guard !name.isEmpty else { throw Mistake("must not be empty", at: "name") }
        guard !field.isEmpty else { throw Mistake("must not be empty", at: "field") }
        unit = try FieldUnit(entry.unit ?? "count")
        let factor = unit.factor
        warning = try located("warning") { () throws(Mistake) in try Self.range(entry.warning, factor) }
        critical = try located("critical") { () throws(Mistake) in try Self.range(entry.critical, factor) }
        threshold = try entry.threshold.map { (name) throws(Mistake) in try ServiceThreshold(name) }
        guard let threshold else { return }
        if warning != nil { throw Mistake("stands beside 'warning'; remove one of them", at: "threshold") }
        guard threshold.unit == unit.reported else {
            let unit = threshold.unit.rawValue.isEmpty ? "a number" : "in '\(threshold.unit.rawValue)'"
            throw Mistake("\(threshold.rawValue) is \(unit), which the measure's 'unit' is not", at: "threshold")
        }
    }

    private static func range(_ written: JSONValue?, _ factor: Double) throws(Mistake) -> MeasurementRange? {
        let text: String
        switch written {
        case nil, .null?: return nil
        case .string(let range)?: text = range
        case .integer(let number)?: text = "\(number)"
        case .number(let number)?: text = "\(number)"
        case .some: throw Mistake("must be a range such as \"100\", \"10:\" or \"~:10\"")
        }
        do {
            let range = try MeasurementRange(parsing: text)
            return factor == 1 ? range : try range.scaled(by: factor)
        } catch {
            throw Mistake("\(error)")
        }
    }

    /// The same measure with the service's threshold as its warning, where it names one.
    ///
    /// - Throws: ``Mistake`` where the service has no such threshold.
    func judged(by service: Service) throws(Mistake) -> MeasuredField {
        guard let threshold else { return self }
        guard let limit = threshold.limit(in: service.thresholds) else {
            throw Mistake(
                "the service '\(service.name)' has no threshold '\(threshold.rawValue)'; give it one in ronde.yaml, or "
                    + "the measure a 'warning'",
                at: "measure '\(name)'")
        }
        var judged = self
        judged.warning = .above(limit)
        return judged
    }

    func measurement(of value: Double) -> TaskMeasurement {
        TaskMeasurement(name, value * unit.factor, unit.reported, warning: warning, critical: critical)
    }
}

extension MeasurementRange {
    /// The same range in a unit of which `factor` make one of the old.
    fileprivate func scaled(by factor: Double) throws(QuantityError) -> MeasurementRange {
        let start = lowerBound == -.infinity ? "~" : ShownNumber.decimal(lowerBound * factor)
        let end = upperBound == .infinity ? "" : ShownNumber.decimal(upperBound * factor)
        return try MeasurementRange(parsing: "\(alertsInside ? "@" : "")\(start):\(end)")
    }
}
