package import Maintenance

/// A threshold of the service that a measure may be judged by.
package enum ServiceThreshold: String, Sendable, CaseIterable {
    case responseTime = "response_time"
    case users
    case databaseSize = "database_size"
    case cpu
    case memory

    /// - Throws: ``Mistake`` where there is no threshold of that name.
    package init(_ name: String) throws(Mistake) {
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
    package func limit(in thresholds: Thresholds) -> Double? {
        switch self {
        case .responseTime: thresholds.responseTime?.seconds
        case .users: thresholds.users.map(Double.init)
        case .databaseSize: thresholds.databaseSize.map { Double($0.bytes) }
        case .cpu: thresholds.cpu?.percent
        case .memory: thresholds.memory.map { Double($0.bytes) }
        }
    }
}
