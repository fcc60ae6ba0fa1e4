import Maintenance
import PluginKit
import Probing

/// One number that the service tells of itself, and by what it is judged.
struct StatedNumber: Sendable {
    let name: String
    /// What the summary calls it.
    let title: String
    /// The most there can be, in the unit that is reported.
    let capacity: Double?
    let field: String
    /// What of it is asked where the service has all thresholds.
    let entry: MeasureEntry
    private let threshold: ServiceThreshold?

    init(_ written: StatsConfiguration.FieldEntry) throws(Mistake) {
        (name, field) = (written.name, written.field)
        title = Excerpt.of(written.title ?? written.name.split(separator: "_").joined(separator: " "), limit: 40)
        let factor = try FieldUnit(written.unit ?? "count").factor
        capacity = written.capacity.map { $0 * factor }
        threshold = try written.threshold.map { name throws(Mistake) in try ServiceThreshold(name) }
        entry = MeasureEntry(
            name: name, field: field, unit: written.unit, warning: written.warning,
            critical: try Self.critical(written), threshold: written.threshold)
    }

    /// Under what its samples are kept: another field under the same name is another number.
    var sampleName: String { "\(name) \(field)" }

    /// What of it is to be asked and judged at a service: by its threshold only where it has one.
    func measure(at service: Service) -> MeasureEntry {
        var entry = entry
        if lacksThreshold(service) != nil { entry.threshold = nil }
        return entry
    }

    /// The threshold that is named here and that the service does not have.
    func lacksThreshold(_ service: Service) -> String? {
        guard let threshold, threshold.limit(in: service.thresholds) == nil else { return nil }
        return threshold.rawValue
    }

    /// More than there can be is critical, unless something else is said.
    private static func critical(_ written: StatsConfiguration.FieldEntry) throws(Mistake) -> JSONValue? {
        guard let capacity = written.capacity else { return written.critical }
        guard capacity.isFinite, capacity > 0 else { throw Mistake("must be more than 0", at: "capacity") }
        if let critical = written.critical { return critical }
        return .string("~:\(ShownNumber.decimal(capacity))")
    }
}
