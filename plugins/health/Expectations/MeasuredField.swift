import Maintenance

/// A number of a JSON answer that is measured and judged.
struct MeasuredField: Sendable {
    let name: String
    let field: String
    private let unit: FieldUnit
    private var warning: MeasurementRange?
    private let critical: MeasurementRange?
    private let threshold: ServiceThreshold?

    init(_ entry: HealthConfiguration.MeasureEntry) throws(Mistake) {
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

/// The unit of a field, and the base unit in which it is reported.
struct FieldUnit: Sendable {
    let reported: MeasurementUnit
    /// What a value is multiplied by.
    let factor: Double

    init(_ symbol: String) throws(Mistake) {
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

/// A threshold of the service that a measure may be judged by.
enum ServiceThreshold: String, Sendable, CaseIterable {
    case responseTime = "response_time"
    case users
    case databaseSize = "database_size"
    case cpu
    case memory

    init(_ name: String) throws(Mistake) {
        guard let known = Self(rawValue: name) else {
            let names = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw Mistake("'\(name)' is none of \(names)", at: "threshold")
        }
        self = known
    }

    var unit: MeasurementUnit {
        switch self {
        case .responseTime: .seconds
        case .users: .count
        case .databaseSize, .memory: .bytes
        case .cpu: .percent
        }
    }

    /// The threshold in its unit.
    func limit(in thresholds: Thresholds) -> Double? {
        switch self {
        case .responseTime: thresholds.responseTime?.seconds
        case .users: thresholds.users.map(Double.init)
        case .databaseSize: thresholds.databaseSize.map { Double($0.bytes) }
        case .cpu: thresholds.cpu?.percent
        case .memory: thresholds.memory.map { Double($0.bytes) }
        }
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
