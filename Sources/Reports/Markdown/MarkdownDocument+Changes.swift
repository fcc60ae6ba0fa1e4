internal import Maintenance

extension MarkdownDocument {
    /// What is not as it was in the last run.
    var changes: [String] {
        guard let comparison else { return ["## " + words.sections.changes, "", words.changes.first] }
        let since = words.changes.since(
            time.text(comparison.previousStartedAt), words.word(for: comparison.previousOutcome))
        let lines = [
            "## " + words.sections.changesSince(MarkdownText.inline(comparison.previous.rawValue)), "",
            MarkdownText.block(since), "",
        ]
        guard !comparison.changes.isEmpty else { return lines + [words.changes.none] }
        return lines + bullets(comparison.changes.map(sentence), limit: 40, more: words.changes.more)
    }

    private func sentence(for change: RunChange) -> String {
        let task = change.task ?? words.changes.theRun
        let phrases = words.changes
        switch change.kind {
        case .outcome(let old, let new): return phrases.outcome(task, words.word(for: old), words.word(for: new))
        case .judgement(let old, let new):
            let (before, now) = (words.word(for: old.outcome), words.word(for: new.outcome))
            return phrases.judged(phrases.measurementName(new.name, task), before, now, values(old, new))
        case .value(let old, let new): return phrases.value(phrases.measurementName(new.name, task), values(old, new))
        case .newTask(let outcome): return phrases.newTask(task, words.word(for: outcome))
        case .vanishedTask(let outcome): return phrases.vanishedTask(task, words.word(for: outcome))
        case .newFinding(let line): return phrases.newFinding(task, words.level(line.level), line.message)
        case .goneFinding(let line): return phrases.goneFinding(task, words.level(line.level), line.message)
        case .longer(let old, let new): return phrases.longer(task, HumanText.duration(old), HumanText.duration(new))
        }
    }

    private func values(_ old: TaskMeasurement, _ new: TaskMeasurement) -> String {
        // A share of a share misleads: 1 % to 2 % is not "+100 %".
        let isComparable = old.unit == new.unit && new.unit != .percent
        return words.changes.values(
            HumanText.value(old.value, old.unit), HumanText.value(new.value, new.unit),
            isComparable ? HumanText.change(from: old.value, to: new.value) : nil)
    }
}
