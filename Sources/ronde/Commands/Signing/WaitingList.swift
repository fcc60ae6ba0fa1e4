import Foundation
import Glibc
import Maintenance
import Reports

/// The steps that wait for a person, as `ronde sign` and `ronde status` show them.
struct WaitingList {
    let runs: [RunReport]
    let zone: TimeZone
    var now = Date()

    /// One step, as JSON has it.
    ///
    /// `{"run":"…","checklist":"…","task":"…","kind":"step","instructions":"…","since":"…","due_at":null,"overdue":false,
    /// "by":[],"evidence":[…]}`
    struct Row: Encodable {
        let run, checklist, task: String
        let kind: AwaitedStep.Kind
        let instructions: String
        let since: Date
        @OrNull var due_at: Date?
        let overdue: Bool
        let by: [String]
        let evidence: [RequestedEvidence]
    }

    var rows: [Row] {
        runs.flatMap { run in
            run.tasks.compactMap { task -> Row? in
                guard task.wantsSignature, let step = task.awaits else { return nil }
                return Row(
                    run: run.run.rawValue, checklist: run.checklist, task: task.task, kind: step.kind,
                    instructions: step.instructions, since: task.endedAt ?? run.endedAt, due_at: step.dueAt,
                    overdue: step.isOverdue(at: now), by: step.by, evidence: step.evidence)
            }
        }
    }

    func print(json: Bool) throws {
        struct Shape: Encodable { let waiting: [Row] }
        if json { return try JSONOutput.print(Shape(waiting: rows), instants: zone) }
        let rows = rows
        guard !rows.isEmpty else { return line("Nothing waits for a person.") }
        let width = Terminal.width() ?? 80
        for row in rows {
            line("\(row.run), task \(row.task), for \(age(row))\(due(row))")
            for part in row.instructions.split(whereSeparator: \.isNewline) {
                line(WrappedText.block(PrintableText.of(String(part)), first: "  ", width: width))
            }
            if !row.by.isEmpty { line("  Who: \(row.by.joined(separator: ", "))") }
            for wanted in row.evidence { line("  Asked: \(Self.words(wanted))") }
            let evidence = row.evidence.filter(\.isRequired).map {
                " --evidence \($0.name)=" + ($0.kind == .file ? "@FILE" : "…")
            }
            line("  Sign: ronde sign \(row.run) \(row.task)" + evidence.joined())
            line("")
        }
    }

    private static func words(_ wanted: RequestedEvidence) -> String {
        let unit = wanted.unit.isEmpty ? "" : " in \(wanted.unit)"
        let what = wanted.description.isEmpty ? "" : ": \(PrintableText.of(wanted.description))"
        return "\(wanted.name), a \(wanted.kind.rawValue)\(unit)\(wanted.isRequired ? "" : " (optional)")\(what)"
    }

    private func age(_ row: Row) -> String { HumanText.duration(max(now.timeIntervalSince(row.since), 0)) }

    private func due(_ row: Row) -> String {
        guard let due = row.due_at else { return "" }
        let text = InstantText.format(due, in: zone)
        return row.overdue ? "; OVERDUE since \(text)" : "; due \(text)"
    }

    private func line(_ text: String) { Terminal.write(text + "\n", to: STDOUT_FILENO) }
}
