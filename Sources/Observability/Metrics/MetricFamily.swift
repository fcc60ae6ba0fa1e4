/// A metric: one name, its meaning, and a value for each combination of labels.
package struct MetricFamily: Hashable, Sendable {
    /// What a metric's values mean to Prometheus.
    package enum Kind: String, Sendable {
        /// Only grows, from zero at the start; its name ends with `_total`.
        case counter
        case gauge
    }

    /// After Prometheus' conventions: `ronde_`, base units (`_seconds`, `_bytes`), `_total` for counters.
    package let name: String
    /// One sentence without a stop.
    package let help: String
    package let kind: Kind
    package var samples: [MetricSample]

    /// A metric with its samples; without any it is left out of the page.
    package init(_ name: StaticString, _ help: StaticString, _ kind: Kind, _ samples: [MetricSample] = []) {
        self.init(name: "\(name)", help: "\(help)", kind: kind, samples: samples)
    }

    init(name: String, help: String, kind: Kind, samples: [MetricSample]) {
        self.name = name
        self.help = help
        self.kind = kind
        self.samples = samples
    }

    /// Adds a value; one that is nil adds nothing.
    package mutating func add(_ value: Double?, _ labels: KeyValuePairs<StaticString, String> = [:]) {
        if let value { samples.append(MetricSample(value, labels)) }
    }
}

/// One value of a metric.
package struct MetricSample: Hashable, Sendable {
    /// A label's name and value.
    package struct Label: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// In the order in which they are written.
    package let labels: [Label]
    package let value: Double

    /// Names of labels are ours; values may be any text.
    package init(_ value: Double, _ labels: KeyValuePairs<StaticString, String> = [:]) {
        self.labels = labels.map { Label(name: "\($0.key)", value: $0.value) }
        self.value = value
    }
}
