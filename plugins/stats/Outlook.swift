import Foundation
import Maintenance
import Trends

/// A number with what its samples say of the days to come.
struct Outlook: Sendable {
    /// A limit that will be reached, if all goes on as it does.
    struct Reaching: Sendable, Hashable {
        let limit: Double
        let date: Date
    }

    let number: StatedNumber
    let measurement: TaskMeasurement
    /// Nil where there are too few samples yet.
    let perDay: Double?
    /// By date.
    let reached: [Reaching]

    init(_ number: StatedNumber, _ measurement: TaskMeasurement, _ trend: Trend?) {
        self.number = number
        self.measurement = measurement
        perDay = trend?.perDay
        let limits = Set([measurement.warning, measurement.critical].compactMap(\.self).compactMap(Self.limit))
        reached = limits.union([number.capacity].compactMap(\.self)).compactMap { limit in
            trend?.reaches(limit).map { Reaching(limit: limit, date: $0) }
        }.sorted { ($0.date, $0.limit) < ($1.date, $1.limit) }
    }

    /// The end of a range towards which a number can grow, or shrink where only that alerts.
    private static func limit(_ range: MeasurementRange) -> Double? {
        guard !range.alertsInside else { return nil }
        return [range.upperBound, range.lowerBound].first { $0.isFinite }
    }

    /// What is measured beside the number itself.
    ///
    /// - Parameters:
    ///   - now: when the number was told.
    ///   - horizon: the time within which a limit that is reached warns; zero never does.
    /// - Returns: the number, and its use, growth and time left as far as they are known.
    func measurements(at now: Date, warnWithin horizon: TimeSpan) -> [TaskMeasurement] {
        var measured = [measurement]
        if let capacity = number.capacity {
            measured.append(TaskMeasurement(number.name + ".used", measurement.value / capacity * 100, .percent))
        }
        if let perDay { measured.append(TaskMeasurement(number.name + ".per_day", perDay, measurement.unit)) }
        if let first = reached.first {
            let left = max(0, first.date.timeIntervalSince(now))
            measured.append(
                TaskMeasurement(
                    number.name + ".time_left", left, .seconds,
                    warning: horizon.duration > .zero ? .below(horizon.seconds) : nil))
        }
        return measured
    }
}
