package import Foundation
package import Maintenance

/// What is not as it was in the previous run of the same checklist.
package struct RunComparison: Hashable, Sendable {
    package let run: RunIdentifier
    package let previous: RunIdentifier
    package let previousStartedAt: Date
    package let previousOutcome: Outcome
    /// The worst first, what got better last, and otherwise in the order of the tasks.
    package let changes: [RunChange]

    /// Compares two runs; nil where they are of different checklists, which cannot be compared.
    package init?(of report: RunReport, since previous: RunReport) {
        guard report.checklist == previous.checklist else { return nil }
        run = report.run
        self.previous = previous.run
        previousStartedAt = previous.startedAt
        previousOutcome = previous.outcome
        changes = Self.changes(of: report, since: previous)
    }

    private static func changes(of report: RunReport, since previous: RunReport) -> [RunChange] {
        var changes: [RunChange] = []
        if report.outcome != previous.outcome {
            changes.append(RunChange(task: nil, .outcome(from: previous.outcome, to: report.outcome)))
        }
        // A checklist names its tasks apart; of a report that does not, the first of a name counts.
        let before = Dictionary(previous.tasks.map { ($0.task, $0) }) { first, _ in first }
        for task in report.tasks {
            if let old = before[task.task] {
                changes += TaskComparison(old: old, new: task).changes
            } else {
                changes.append(RunChange(task: task.task, .newTask(task.outcome)))
            }
        }
        let present = Set(report.tasks.map(\.task))
        for task in previous.tasks where !present.contains(task.task) {
            changes.append(RunChange(task: task.task, .vanishedTask(task.outcome)))
        }
        return sorted(changes)
    }

    private static func sorted(_ changes: [RunChange]) -> [RunChange] {
        let places = changes.enumerated().map { (order: $1.order, index: $0, change: $1) }
        return places.sorted { ($0.order.rank, $0.order.weight, $0.index) < ($1.order.rank, $1.order.weight, $1.index) }
            .map(\.change)
    }
}

/// One task in two runs.
private struct TaskComparison {
    let old: TaskReport
    let new: TaskReport

    var changes: [RunChange] {
        var kinds: [RunChange.Kind] = []
        if old.outcome != new.outcome { kinds.append(.outcome(from: old.outcome, to: new.outcome)) }
        kinds += measurements + findings
        if let before = old.seconds, let now = new.seconds, NoticeRules.tellsDuration(from: before, to: now) {
            kinds.append(.longer(from: before, to: now))
        }
        return kinds.map { RunChange(task: new.task, $0) }
    }

    /// Measurements of one name are paired in their order.
    private var measurements: [RunChange.Kind] {
        var before = Dictionary(grouping: old.measurements, by: \.name).mapValues { $0[...] }
        return new.measurements.compactMap { measurement in
            guard let earlier = before[measurement.name]?.popFirst() else { return nil }
            if earlier.outcome != measurement.outcome { return .judgement(from: earlier, to: measurement) }
            return NoticeRules.tells(from: earlier, to: measurement) ? .value(from: earlier, to: measurement) : nil
        }
    }

    /// Findings that only one of the runs has, where two that differ in their numbers alone are the same finding.
    private var findings: [RunChange.Kind] {
        // A task that did not run looked at nothing: its findings are not gone.
        let appeared = Self.findings(of: new, without: old).map(RunChange.Kind.newFinding)
        return appeared
            + (new.attempts == 0 ? [] : Self.findings(of: old, without: new).map(RunChange.Kind.goneFinding))
    }

    private static func findings(of task: TaskReport, without other: TaskReport) -> [LogLine] {
        var known = Dictionary(grouping: other.log.filter(\.isFinding), by: FindingKey.init).mapValues(\.count)
        return task.log.filter(\.isFinding).filter { finding in
            guard let left = known[FindingKey(finding)], left > 0 else { return true }
            known[FindingKey(finding)] = left - 1
            return false
        }
    }
}

/// What makes two findings the same: level and words.
///
/// Numbers differ from run to run, and measurements tell of them.
private struct FindingKey: Hashable {
    let level: LogLine.Level
    let words: [UInt8]

    init(_ finding: LogLine) {
        level = finding.level
        let (number, point) = (UInt8(ascii: "#"), UInt8(ascii: "."))
        var words: [UInt8] = []
        // What two findings say is told apart by their beginnings, however long a plugin's lines are.
        for byte in finding.message.utf8.prefix(300) {
            let isNumber = (0x30...0x39).contains(byte) || (byte == point && words.last == number)
            if !isNumber { words.append(byte) } else if words.last != number { words.append(number) }
        }
        self.words = words
    }
}
