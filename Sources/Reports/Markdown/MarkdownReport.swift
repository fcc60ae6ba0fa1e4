internal import Foundation
package import Maintenance

/// A report as a person reads and reviews it, in a terminal or a Markdown viewer.
package enum MarkdownReport {
    /// Writes what `report.md` holds; what wants attention stands first.
    ///
    /// Text that came from plugins cannot break its place, inject HTML or reach the terminal as a control sequence, and
    /// is bounded in length; `report.json` has all of it.
    ///
    /// - Parameters:
    ///   - report: the run.
    ///   - comparison: with the previous run of the checklist; nil where there is none.
    ///   - words: the language.
    /// - Returns: the whole file, ended by a line end.
    package static func render(
        _ report: RunReport, comparison: RunComparison?, words: ReportWords = .english
    ) -> String {
        let document = MarkdownDocument(
            report: report, comparison: comparison, words: words,
            time: LocalTime(zone: report.timezone, words: words))
        let sections = [
            document.opening, document.attention, document.tasks, document.measurements, document.artifacts,
            document.signatures, document.changes, document.logs, document.review,
        ]
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }
}

/// The sections of a report; each is a list of lines, empty where it has nothing to say.
struct MarkdownDocument {
    let report: RunReport
    let comparison: RunComparison?
    let words: ReportWords
    let time: LocalTime

    /// Title, how many tasks ended how, and the facts of the run.
    var opening: [String] {
        let title = words.phrases.title(report.title, words.word(for: report.outcome))
        let counts = words.counts(ReportSummary(of: report).counts)
        var lines = ["# " + report.outcome.sign + " " + MarkdownText.inline(title, limit: 300), ""]
        lines += [MarkdownText.block(counts.isEmpty ? words.phrases.noTasks : counts), ""]
        if report.dryRun { lines += [MarkdownText.block(words.phrases.dryRun), ""] }
        let names = facts.map { DisplayWidth.of($0.name) }.max() ?? 0
        // Viewers fold the spaces; in the source they align the facts.
        return lines
            + facts.map { name, fact in
                "- \(name): " + TableLayout.pad("", to: names - DisplayWidth.of(name), .left)
                    + MarkdownText.inline(fact, limit: 300)
            }
    }

    private var facts: [(name: String, fact: String)] {
        let facts = words.facts
        let zone = time.isKnownZone ? report.timezone : facts.unknownZone(report.timezone)
        return [
            (facts.run, report.run.rawValue), (facts.service, report.service), (facts.trigger, trigger),
            (facts.started, time.text(report.startedAt)), (facts.ended, time.text(report.endedAt)),
            (facts.duration, HumanText.duration(report.endedAt.timeIntervalSince(report.startedAt))),
            (facts.timeZone, zone), (facts.host, report.host),
        ]
    }

    private var trigger: String {
        let due = report.nominalTime.map { words.facts.due(time.text($0)) }
        switch report.trigger {
        case .schedule: return [words.facts.bySchedule, due].compactMap(\.self).joined(separator: ", ")
        case .manual: return [words.facts.byHand, due].compactMap(\.self).joined(separator: ", ")
        case .late:
            guard let nominal = report.nominalTime else { return words.facts.bySchedule }
            let delay = HumanText.duration(report.startedAt.timeIntervalSince(nominal))
            return words.facts.late(time.text(nominal), delay)
        }
    }

    /// Every task that did not end ok or found something, worst first.
    var attention: [String] {
        var lines = ["## " + words.sections.attention]
        if let interruption = report.interruption {
            lines += ["", MarkdownText.block(words.phrases.interrupted(interruption))]
        }
        let concerning = report.tasks.enumerated()
            .filter {
                $1.outcome != .ok || $1.log.contains(where: \.isFinding)
                    || $1.measurements.contains { $0.outcome != .ok }
            }
            .sorted { ($1.element.outcome.severity, $0.offset) < ($0.element.outcome.severity, $1.offset) }
        for (_, task) in concerning { lines += [""] + concern(task) }
        if lines.count == 1 { lines += ["", words.phrases.nothingNeedsAttention] }
        return lines
    }

    private func concern(_ task: TaskReport) -> [String] {
        let title = task.title.isEmpty || task.title == task.task ? task.task : "\(task.task) (\(task.title))"
        var lines = ["### \(words.signed(task.outcome)): " + MarkdownText.inline(title, limit: 200)]
        let summary = MarkdownText.block(task.summary)
        if !summary.isEmpty { lines += ["", summary] }
        var points = task.measurements.filter { $0.outcome != .ok }.map { measurement in
            let value = HumanText.value(measurement.value, measurement.unit)
            return "\(measurement.name): \(value), \(words.limits(of: measurement))"
        }
        points += task.log.filter(\.isFinding).map { "\(words.level($0.level)): \($0.message)" }
        if !points.isEmpty { lines.append("") }
        return lines + bullets(points, limit: 50, more: words.phrases.andMore)
    }

    /// Points of a list, wrapped; beyond `limit` only their number.
    func bullets(_ points: [String], limit: Int, more: (String) -> String) -> [String] {
        let shown = points.prefix(limit).map { MarkdownText.block($0, first: "- ") }
        guard points.count > limit else { return shown }
        return shown + ["- " + more(HumanText.number(Double(points.count - limit)))]
    }
}
