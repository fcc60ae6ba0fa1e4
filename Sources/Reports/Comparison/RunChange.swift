package import Maintenance

/// One thing that is not as it was in the run before.
package struct RunChange: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// How the run, or a task that both runs have, ended.
        case outcome(from: Outcome, to: Outcome)
        /// What the ranges say of a measurement.
        case judgement(from: TaskMeasurement, to: TaskMeasurement)
        /// A value that changed noticeably while its judgement did not; see ``NoticeRules``.
        case value(from: TaskMeasurement, to: TaskMeasurement)
        case newTask(Outcome)
        case vanishedTask(Outcome)
        case newFinding(LogLine)
        case goneFinding(LogLine)
        /// A task took much longer; in seconds.
        case longer(from: Double, to: Double)
    }

    /// The task that it is about; nil for the run as a whole.
    package let task: String?
    package let kind: Kind

    package init(task: String?, _ kind: Kind) {
        self.task = task
        self.kind = kind
    }
}

extension RunChange {
    /// How much of a person's eye a kind of change wants, most first; what got better comes last.
    private enum Rank: Int {
        case worseOutcome, newFinding, otherLoss, value, newTask, betterOutcome, goneFinding
    }

    /// Orders changes, lowest first: by rank, and within it by the weight of the single change, heaviest first.
    var order: (rank: Int, weight: Double) {
        let (rank, weight) = place
        return (rank.rawValue, -weight)
    }

    private var place: (rank: Rank, weight: Double) {
        switch kind {
        case .outcome(let old, let new):
            // The run before its tasks, and a task before its measurements.
            Self.place(of: old, new, lift: task == nil ? 0.5 : 0.25)
        case .judgement(let old, let new): Self.place(of: old.outcome, new.outcome, lift: 0)
        case .value(let old, let new): (.value, NoticeRules.weight(from: old.value, to: new.value))
        case .newTask(let outcome) where outcome != .ok: (.worseOutcome, Double(outcome.severity))
        case .newTask: (.newTask, 0)
        case .vanishedTask: (.otherLoss, .infinity)
        case .newFinding(let finding): (.newFinding, finding.level == .error ? 1 : 0)
        case .goneFinding(let finding): (.goneFinding, finding.level == .error ? 1 : 0)
        case .longer(let old, let new): (.otherLoss, NoticeRules.weight(from: old, to: new))
        }
    }

    private static func place(of old: Outcome, _ new: Outcome, lift: Double) -> (rank: Rank, weight: Double) {
        new.severity > old.severity
            ? (.worseOutcome, Double(new.severity) + lift) : (.betterOutcome, Double(old.severity) + lift)
    }
}
