package import Maintenance
package import PluginKit

/// What a plugin found not to be as it should.
package struct Findings: Sendable {
    private struct Finding: Sendable {
        let outcome: Outcome
        let words: String
    }

    private var all: [Finding] = []
    /// A summary is one line: it names so many, and the log the rest.
    private static let mostInSummary = 3
    private static let mostInLog = 200

    package init() {}

    package var isEmpty: Bool { all.isEmpty }
    package var worst: Outcome { all.map(\.outcome).worst }

    /// Adds a finding; one that is `ok` is none.
    ///
    /// - Parameters:
    ///   - outcome: how bad it is.
    ///   - words: what was found and what to do, without a full stop.
    package mutating func add(_ outcome: Outcome, _ words: String) {
        if outcome != .ok { all.append(Finding(outcome: outcome, words: words)) }
    }

    /// Adds what the ranges of a measurement say of it.
    package mutating func judge(_ measurement: TaskMeasurement, _ words: @autoclosure () -> String) {
        if measurement.outcome != .ok { add(measurement.outcome, words()) }
    }

    /// Writes the findings into the log where there are several, and ends the task with the worst of them.
    ///
    /// - Parameters:
    ///   - context: of the task.
    ///   - summary: what is said where there is no finding.
    /// - Returns: the worst outcome, with the first words of the findings or the summary.
    package func result(in context: TaskContext, otherwise summary: String) -> TaskResult {
        guard !all.isEmpty else { return TaskResult(.ok, summary) }
        // Sorting is not stable, and the order in which things were looked at is one to rely on.
        let sorted = all.enumerated().sorted { left, right in
            (right.element.outcome.severity, left.offset) < (left.element.outcome.severity, right.offset)
        }.map(\.element)
        // One alone is the summary already.
        for finding in sorted.prefix(sorted.count > 1 ? Self.mostInLog : 0) {
            context.log(finding.outcome == .warning ? .warning : .error, finding.words)
        }
        let more = sorted.count - Self.mostInSummary
        let words = sorted.prefix(Self.mostInSummary).map(\.words) + (more > 0 ? ["and \(more) more"] : [])
        return TaskResult(worst, words.joined(separator: "; "))
    }
}
