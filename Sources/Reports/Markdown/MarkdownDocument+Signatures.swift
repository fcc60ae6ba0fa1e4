internal import Maintenance

extension MarkdownDocument {
    /// What people did or approved: what was asked, who signed, when, and with what evidence.
    var signatures: [String] {
        let signed = report.tasks.filter { $0.signature != nil }
        guard !signed.isEmpty else { return [] }
        var lines = ["## " + words.sections.signatures]
        for task in signed {
            guard let signature = task.signature else { continue }
            lines += ["", "### " + MarkdownText.inline(task.task, limit: 200)]
            if let asked = task.awaits?.instructions { lines += ["", MarkdownText.block(asked)] }
            let instant = time.text(signature.at)
            let facts = [
                signature.isGiven
                    ? words.phrases.signed(signature.by, instant, signature.host)
                    : words.phrases.refused(signature.by, instant, signature.host)
            ]
            let note = signature.note.map { ["\(words.phrases.notes): \($0)"] } ?? []
            let evidence = signature.evidence.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            lines += [""] + bullets(facts + note + evidence, limit: 60, more: words.phrases.andMore)
        }
        return lines
    }
}
