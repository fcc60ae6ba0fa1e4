package import Maintenance

/// Every word that a report says, in one language; a second language is a second value of this type.
///
/// Nothing here is escaped: whoever writes the words into Markdown or HTML does that.
package struct ReportWords: Sendable {
    package var outcomes: [Outcome: String]
    /// From Sunday on.
    package var weekdays: [String]
    package var facts: Facts
    package var sections: Sections
    package var columns: Columns
    package var judgements: Judgements
    package var changes: Changes
    package var phrases: Phrases

    /// The names before the facts of a run.
    package struct Facts: Sendable {
        package var run, service, trigger, started, ended, duration, host, timeZone: String
        package var bySchedule, byHand: String
        /// When a firing was due.
        package var due: @Sendable (_ instant: String) -> String
        package var late: @Sendable (_ instant: String, _ by: String) -> String
        package var unknownZone: @Sendable (_ name: String) -> String
    }

    /// The headings.
    package struct Sections: Sendable {
        package var attention, tasks, measurements, artifacts, signatures, changes, logs, review: String
        package var changesSince: @Sendable (_ run: String) -> String
    }

    /// The titles of columns.
    package struct Columns: Sendable {
        package var task, outcome, duration, summary, measurement, value, judged: String
        package var run, checklist, started, tasks: String
    }

    /// What a range says, each in the form that follows ``warns`` or ``critical``.
    package struct Judgements: Sendable {
        package var warns, critical: @Sendable (_ range: String) -> String
        package var above, below, upTo, from, at: @Sendable (_ limit: String) -> String
        package var outside, between: @Sendable (_ lower: String, _ upper: String) -> String
        package var always, never: String
    }

    /// What changed since the last run; `name` is a task, or a measurement with its task.
    package struct Changes: Sendable {
        package var theRun: String
        package var outcome: @Sendable (_ name: String, _ old: String, _ new: String) -> String
        package var measurementName: @Sendable (_ measurement: String, _ task: String) -> String
        package var judged: @Sendable (_ name: String, _ old: String, _ new: String, _ values: String) -> String
        package var value: @Sendable (_ name: String, _ values: String) -> String
        package var values: @Sendable (_ old: String, _ new: String, _ change: String?) -> String
        package var newTask: @Sendable (_ task: String, _ outcome: String) -> String
        package var vanishedTask: @Sendable (_ task: String, _ outcome: String) -> String
        package var newFinding: @Sendable (_ task: String, _ level: String, _ message: String) -> String
        package var goneFinding: @Sendable (_ task: String, _ level: String, _ message: String) -> String
        package var longer: @Sendable (_ task: String, _ old: String, _ new: String) -> String
        package var since: @Sendable (_ instant: String, _ outcome: String) -> String
        package var none, first: String
        package var more: @Sendable (_ count: String) -> String
    }

    /// Sentences and their parts.
    package struct Phrases: Sendable {
        package var title: @Sendable (_ title: String, _ outcome: String) -> String
        package var nothingNeedsAttention, noTasks, dryRun: String
        package var interrupted: @Sendable (_ reason: String) -> String
        package var andMore: @Sendable (_ count: String) -> String
        package var attempt: @Sendable (_ number: Int, _ summary: String) -> String
        package var logTitle: @Sendable (_ task: String, _ outcome: String, _ attempts: Int, _ lines: Int) -> String
        package var linesLeftOut: @Sendable (_ count: String) -> String
        package var levels: [LogLine.Level: String]
        package var artifact: @Sendable (_ kind: String, _ task: String, _ size: String, _ digest: String?) -> String
        /// Who signed a step, or said that it was not done; the instant; the host.
        package var signed, refused: @Sendable (_ who: String, _ instant: String, _ host: String) -> String
        package var reviewedBy, date, notes: String
    }
}

extension Outcome {
    /// The one sign that stands before the word, so that outcomes are told apart at a glance and without colour.
    package var sign: String {
        switch self {
        case .ok: "✓"
        case .warning: "!"
        case .critical: "✗"
        case .unknown: "?"
        case .skipped: "–"
        case .waiting: "…"
        }
    }
}

extension ReportWords {
    /// The word for an outcome: `WARNING`.
    package func word(for outcome: Outcome) -> String { outcomes[outcome] ?? outcome.rawValue }

    /// The sign and the word: `! WARNING`.
    package func signed(_ outcome: Outcome) -> String { outcome.sign + " " + word(for: outcome) }

    /// How many of each outcome, worst first: `1 critical, 1 warning, 3 ok`.
    package func counts(_ outcomes: [Outcome: Int]) -> String {
        let parts = outcomes.sorted { $0.key.severity > $1.key.severity }.filter { $0.value > 0 }
        return parts.map { "\($0.value) \(word(for: $0.key).lowercased())" }.joined(separator: ", ")
    }

    func level(_ level: LogLine.Level) -> String { phrases.levels[level] ?? level.rawValue }
}
