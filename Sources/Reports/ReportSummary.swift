package import Foundation
package import Maintenance

/// A run in one line of a list.
package struct ReportSummary: Hashable, Sendable {
    package let run: RunIdentifier
    package let checklist: String
    package let startedAt: Date
    /// How long the run took.
    package let seconds: Double
    package let outcome: Outcome
    /// How many tasks ended how; outcomes that no task had are absent.
    package let counts: [Outcome: Int]
    /// The zone in which people read the times.
    package let timezone: String

    package init(of report: RunReport) {
        run = report.run
        checklist = report.checklist
        startedAt = report.startedAt
        seconds = report.endedAt.timeIntervalSince(report.startedAt)
        outcome = report.outcome
        counts = report.tasks.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }
        timezone = report.timezone
    }

    /// A table of runs for the terminal, in the given order.
    package static func table(of summaries: [ReportSummary], words: ReportWords = .english) -> TextTable {
        let titles = words.columns
        var table = TextTable(columns: [
            .init(titles.run, minimum: 24), .init(titles.checklist, minimum: 8), .init(titles.started),
            .init(titles.duration, .right), .init(titles.outcome), .init(titles.tasks, minimum: 10),
        ])
        for summary in summaries {
            let time = LocalTime(zone: summary.timezone, words: words)
            table.add([
                summary.run.rawValue, summary.checklist, time.minutes(summary.startedAt),
                HumanText.duration(summary.seconds), words.signed(summary.outcome), words.counts(summary.counts),
            ])
        }
        return table
    }
}

extension ReportSummary: Encodable {
    private enum CodingKeys: String, CodingKey {
        case run, checklist
        case startedAt = "started_at"
        case seconds, outcome, counts, timezone
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(run, forKey: .run)
        try container.encode(checklist, forKey: .checklist)
        try container.encode(startedAt, forKey: .startedAt)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(outcome, forKey: .outcome)
        // By name: a dictionary with keys of its own type would become a list.
        let named = Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        try container.encode(named, forKey: .counts)
        try container.encode(timezone, forKey: .timezone)
    }
}
