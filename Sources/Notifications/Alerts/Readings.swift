import Foundation
import Maintenance
import Reports
import RunStore

/// What a rule makes of something that happened.
struct Reading {
    var seen: AlertMachine.Observation
    var facts: AlertFacts

    /// More failed tasks than these nobody reads on a phone.
    private static let mostFindings = 12
    private static let longestSummary = 300

    /// A run, as a rule sees it; nil where it says nothing of the tasks that the rule is about.
    static func run(_ report: RunReport, _ rule: NoticeRule) -> Reading? {
        var outcome = report.outcome
        var tasks = report.tasks
        if let names = rule.tasks {
            tasks = tasks.filter { names.contains($0.task) }
            // What was skipped is neither well nor ill: what made it so says it.
            guard tasks.contains(where: { $0.outcome != .skipped }) else { return nil }
            outcome = tasks.map(\.outcome).worst
        }
        let failed = tasks.filter { rule.outcomes.contains($0.outcome) }
            .sorted { $0.outcome.severity > $1.outcome.severity }
        var facts = AlertFacts(
            title: PrintableText.of(report.title, limit: 200), service: report.service, run: report.run,
            at: report.endedAt, findings: failed.prefix(mostFindings).map(finding),
            omitted: max(failed.count - mostFindings, 0))
        if let interruption = report.interruption {
            facts.remarks.append("It was interrupted: \(line(interruption)).")
        }
        switch report.trigger {
        case .manual: facts.remarks.append("It was run by hand.")
        case .late: facts.remarks.append("It ran late.")
        case .schedule: break
        }
        let names = failed.prefix(100).map { ($0.task, $0.outcome) }
        return Reading(
            seen: .init(
                outcome, isFailing: rule.outcomes.contains(outcome),
                tasks: Dictionary(names) { first, _ in first }, at: report.endedAt),
            facts: facts)
    }

    private static func finding(_ task: TaskReport) -> AlertFacts.Finding {
        AlertFacts.Finding(name: task.task, outcome: task.outcome, summary: line(task.summary))
    }

    private static func line(_ text: String) -> String { PrintableText.of(text, limit: longestSummary) }

    /// A run whose report cannot be read.
    static func unreadable(_ run: RunIdentifier, _ checklist: String, _ reason: String, at now: Date) -> Reading {
        Reading(
            seen: .init(.unknown, isFailing: true),
            facts: AlertFacts(
                title: checklist, run: run, at: now, remarks: ["Its report cannot be read: \(line(reason))."]))
    }

    /// Firings that come to no run; nil where the rule is not about these.
    static func firings(
        _ news: RunStore.FiringNews, _ rule: NoticeRule, title: String, timeZone: TimeZone, at now: Date
    ) -> Reading? {
        let missed = rule.events.contains(.missed) ? news.missed : 0
        let skipped = rule.events.contains(.skipped) ? news.skipped : 0
        guard missed + skipped > 0 else { return nil }
        let words = [missed > 0 ? "\(missed) missed" : nil, skipped > 0 ? "\(skipped) skipped" : nil]
        let what = words.compactMap(\.self).joined(separator: ", ")
        let (first, last) = (LocalText.minutes(news.first, timeZone), LocalText.minutes(news.last, timeZone))
        let when = news.first == news.last ? "that of \(first)" : "from \(first) to \(last)"
        let reason = news.reason.map { [line($0)] } ?? []
        return Reading(
            seen: .init(.warning, isFailing: true),
            facts: AlertFacts(
                title: title, at: now, remarks: ["Firings that came to no run: \(what), \(when)."] + reason))
    }

    /// An alert that is over.
    static func fine(_ facts: AlertFacts) -> Reading {
        Reading(seen: .init(.ok, isFailing: false), facts: facts)
    }

    /// An expectation of a ping.
    static func expectation(title: String, _ news: ExpectationNews, at now: Date) -> Reading {
        switch news {
        case .overdue(let detail), .failed(let detail):
            Reading(
                seen: .init(.critical, isFailing: true),
                facts: AlertFacts(title: line(title), at: now, remarks: [line(detail)]))
        case .unheard(let detail):
            Reading(
                seen: .init(.unknown, isFailing: true),
                facts: AlertFacts(title: line(title), at: now, remarks: [line(detail)]))
        case .back(let detail):
            fine(AlertFacts(title: line(title), at: now, remarks: detail.map { [line($0)] } ?? []))
        }
    }

    /// The configuration that the daemon watches.
    static func configuration(_ mistakes: [String], at now: Date) -> Reading {
        let title = "The configuration"
        guard !mistakes.isEmpty else { return fine(AlertFacts(title: title, at: now)) }
        let remark = "The daemon goes on with the last one that had no mistakes."
        return Reading(
            seen: .init(.warning, isFailing: true),
            facts: AlertFacts(
                title: title, at: now, omitted: max(mistakes.count - mostFindings, 0),
                remarks: mistakes.prefix(mostFindings).map(line) + [remark]))
    }
}

/// What became of a ping that is expected from outside.
package enum ExpectationNews: Hashable, Sendable {
    /// It did not come in time; the detail is a sentence for people.
    case overdue(String)
    /// It came, and said that its job failed.
    case failed(String)
    /// It was not heard, and may have come while nobody listened.
    case unheard(String)
    case back(String?)
}

/// Instants for people.
enum LocalText {
    /// `2026-11-22 02:00`.
    static func minutes(_ date: Date, _ timeZone: TimeZone) -> String {
        String(InstantText.format(date, in: timeZone).prefix(16)).replacing("T", with: " ")
    }
}
