import Maintenance
package import PluginKit

/// The one line for people about all endpoints.
package struct RoundSummary {
    /// More complaints than this are counted, not named.
    private static let mostNamed = 3

    private let results: [ProbeResult]

    /// Sums up the results of all endpoints, in their order.
    package init(_ results: [ProbeResult]) { self.results = results }

    /// The worst outcome, and what is wrong first.
    package var taskResult: TaskResult { TaskResult(results.map(\.outcome).worst, complaints ?? praise) }

    private var complaints: String? {
        let worstFirst = results.enumerated().sorted {
            ($1.element.outcome.severity, $0.offset) < ($0.element.outcome.severity, $1.offset)
        }
        let all = worstFirst.flatMap(\.element.complaints)
        guard !all.isEmpty else { return nil }
        let rest = all.count - Self.mostNamed
        var words = all.prefix(Self.mostNamed).joined(separator: "; ")
        if rest > 0 { words += "; and \(rest) more" }
        guard results.count > 1 else { return words }
        let concerned = results.count { !$0.complaints.isEmpty }
        return "\(concerned) of \(results.count) endpoints \(concerned == 1 ? "needs" : "need") attention: \(words)"
    }

    private var praise: String {
        let times = results.compactMap { result in result.responseTime.map { (result.endpoint.title, $0) } }
        guard let slowest = times.max(by: { $0.1 < $1.1 }) else { return "nothing was asked" }
        let time = ShownNumber.time(slowest.1)
        let head =
            results.count == 1
            ? "\(slowest.0) answers in \(time)"
            : "\(results.count) of \(results.count) endpoints answer, slowest \(slowest.0) \(time)"
        return ([head] + values).joined(separator: "; ")
    }

    /// What was measured in the answers, the first few.
    private var values: [String] {
        let measured = results.flatMap { result in
            let names = Set(result.endpoint.measures.map(\.name))
            return result.measurements.filter { names.contains($0.name) }
        }
        return measured.prefix(4).map { "\($0.name) \(ShownNumber.value($0.value, $0.unit))" }
    }
}
