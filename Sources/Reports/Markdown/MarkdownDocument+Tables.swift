internal import Maintenance

extension MarkdownDocument {
    var tasks: [String] {
        guard !report.tasks.isEmpty else { return [] }
        let titles = words.columns
        var table = MarkdownTable(columns: [
            .init(titles.task, minimum: 12), .init(titles.outcome), .init(titles.duration, .right),
            .init(titles.summary, minimum: 30),
        ])
        for task in report.tasks {
            let summary = task.attempts > 1 ? words.phrases.attempt(task.attempts, task.summary) : task.summary
            table.add([
                task.task, words.signed(task.outcome), task.seconds.map(HumanText.duration) ?? "", summary,
            ])
        }
        let lines = table.lines
        return ["## " + words.sections.tasks, ""] + lines + cutSummaries(in: lines)
    }

    /// The summaries that the table had no room for, of tasks that stand nowhere else in the report.
    private func cutSummaries(in table: [String]) -> [String] {
        let cut = report.tasks.filter { task in
            task.outcome == .ok && !table.contains { $0.contains(MarkdownText.inline(task.summary)) }
        }
        guard !cut.isEmpty else { return [] }
        return [""] + bullets(cut.map { "\($0.task): \($0.summary)" }, limit: 50, more: words.phrases.andMore)
    }

    var measurements: [String] {
        guard report.tasks.contains(where: { !$0.measurements.isEmpty }) else { return [] }
        let titles = words.columns
        var table = MarkdownTable(columns: [
            .init(titles.task, minimum: 8), .init(titles.measurement, minimum: 20),
            .init(titles.value, .right, minimum: 12),
            .init(titles.judged, minimum: 20), .init(titles.outcome),
        ])
        let measured = report.tasks.reduce(0) { $0 + $1.measurements.count }
        for task in report.tasks {
            for measurement in task.measurements.prefix(Self.mostOfOneTask) {
                let isJudged = measurement.warning != nil || measurement.critical != nil
                table.add([
                    task.task, measurement.name, HumanText.value(measurement.value, measurement.unit),
                    words.limits(of: measurement), isJudged ? words.signed(measurement.outcome) : "",
                ])
            }
        }
        return ["## " + words.sections.measurements, ""] + table.lines + rest(beyond: table.count, of: measured)
    }

    /// So many measurements or files of one task are shown; those that want attention are above as well.
    private static let mostOfOneTask = 200

    private func rest(beyond shown: Int, of all: Int) -> [String] {
        shown < all ? ["", words.phrases.andMore(HumanText.number(Double(all - shown)))] : []
    }

    /// A list and not a table: a path is of use only whole.
    var artifacts: [String] {
        let all = report.tasks.reduce(0) { $0 + $1.artifacts.count }
        let made = report.tasks.flatMap { task in
            task.artifacts.prefix(Self.mostOfOneTask).map { (task: task.task, artifact: $0) }
        }
        guard !made.isEmpty else { return [] }
        let lines = made.map { task, artifact in
            let digest = artifact.sha256.map { $0.count > 12 ? $0.prefix(12) + "…" : $0 }
            let size = HumanText.bytes(Double(artifact.bytes))
            let facts = words.phrases.artifact(artifact.kind, task, size, digest)
            return MarkdownText.block(facts, first: "- ") + "\n  " + MarkdownText.path(artifact.path)
        }
        return ["## " + words.sections.artifacts, ""] + lines + rest(beyond: made.count, of: all)
    }

    /// What the tasks said, folded away: all of a short log, beginning and end of a long one.
    var logs: [String] {
        let sections = report.tasks.filter { !$0.log.isEmpty }.map { task in
            let title = words.phrases.logTitle(task.task, words.word(for: task.outcome), task.attempts, task.log.count)
            return ["", "<details>", "<summary>\(MarkdownText.html(title))</summary>", ""]
                + MarkdownText.fenced(shown(of: task.log)) + ["", "</details>"]
        }
        return sections.isEmpty ? [] : ["## " + words.sections.logs] + sections.joined()
    }

    private func shown(of log: [LogLine]) -> [String] {
        let (head, tail) = (150, 150)
        let width = LogLine.Level.allCases.map { DisplayWidth.of(words.level($0)) }.max() ?? 0
        func line(_ line: LogLine) -> String {
            TableLayout.pad(words.level(line.level), to: width, .left) + "  " + PrintableText.of(line.message)
        }
        guard log.count > head + tail else { return log.map(line) }
        let left = words.phrases.linesLeftOut(HumanText.number(Double(log.count - head - tail)))
        return log.prefix(head).map(line) + [left] + log.suffix(tail).map(line)
    }

    /// Filled in by hand; `ronde sign` needs no room here.
    var review: [String] {
        let names = [words.phrases.reviewedBy, words.phrases.date, words.phrases.notes]
        let width = names.map { DisplayWidth.of($0) }.max() ?? 0
        let rule = String(repeating: "_", count: 40)
        return ["## " + words.sections.review, ""]
            + names.map { "- \(TableLayout.pad($0 + ":", to: width + 1, .left)) \(rule)" }
    }
}
