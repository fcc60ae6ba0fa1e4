/// Metrics as text, in Prometheus' exposition format 0.0.4.
package enum MetricsPage {
    /// The media type of the text.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The page: families by name, the samples of each by their labels, so that the same state is the same text.
    ///
    /// A family without samples is left out. Of samples with the same labels the last counts, and families with the
    /// same name are one: Prometheus refuses a page that says a thing twice.
    package static func render(_ families: [MetricFamily]) -> String {
        var byName: [String: MetricFamily] = [:]
        for family in families {
            byName[
                family.name, default: MetricFamily(name: family.name, help: family.help, kind: family.kind, samples: [])
            ]
            .samples += family.samples
        }
        var page = ""
        for family in byName.values.sorted(by: { $0.name < $1.name }) where !family.samples.isEmpty {
            page += "# HELP \(family.name) \(escape(family.help, quotes: false))\n"
            page += "# TYPE \(family.name) \(family.kind.rawValue)\n"
            var lines: [String: Double] = [:]
            for sample in family.samples { lines[labels(sample)] = sample.value }
            for (labels, value) in lines.sorted(by: { $0.key < $1.key }) {
                page += "\(family.name)\(labels) \(number(value))\n"
            }
        }
        return page
    }

    private static func labels(_ sample: MetricSample) -> String {
        guard !sample.labels.isEmpty else { return "" }
        return "{" + sample.labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
            + "}"
    }

    /// Backslash and line feed; the double quote in label values only.
    private static func escape(_ text: String, quotes: Bool) -> String {
        // By scalars: "\r\n" is one character, and its line feed would be missed.
        guard text.unicodeScalars.contains(where: { $0 == "\\" || $0 == "\n" || $0 == "\"" }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where quotes: result.append(contentsOf: "\\\"".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A number as Go's ParseFloat reads it.
    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        // Whole numbers that a Double holds exactly need no point.
        if value == value.rounded(), value.magnitude < 0x1p53 { return "\(Int64(value))" }
        return "\(value)"
    }
}
