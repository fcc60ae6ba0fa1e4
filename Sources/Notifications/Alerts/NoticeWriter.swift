package import Foundation
package import Maintenance
import Reports

/// Puts what people are told into words that can be read on a phone.
struct NoticeWriter {
    /// One thing to tell.
    struct Part {
        var telling: AlertMachine.Telling
        var subject: AlertSubject
        /// The alert as it is now; where it is over, as it was last.
        var state: AlertState
        /// What was seen in the end.
        var outcome: Outcome
        var facts: AlertFacts
    }

    let host: String
    let timeZone: TimeZone
    let rule: String

    /// The notice of one thing, or of several at once.
    func notice(_ parts: [Part], at now: Date) -> Notice? {
        guard let first = parts.first else { return nil }
        if parts.count > 1 { return summary(parts, at: now) }
        return Notice(
            id: Self.newName(), kind: kind(first), rule: rule, thread: first.state.thread,
            opensThread: first.telling == .failure, host: host, at: now, outcome: first.outcome,
            subject: prefix(first) + headline(first), text: (body(first) + [""] + hints(parts)).joined(separator: "\n"),
            items: [item(first)])
    }

    /// A name that nothing else has.
    static func newName() -> String { UUID().uuidString.lowercased() }

    /// More than these in one message nobody reads; the others are named.
    private static let longestSummary = 20

    private func summary(_ parts: [Part], at now: Date) -> Notice {
        let sorted = parts.sorted { $0.outcome.severity > $1.outcome.severity }
        let bad = sorted.count { $0.telling.isBad }
        let words = [
            bad > 0 ? "\(bad) of them bad" : nil, bad < sorted.count ? "\(sorted.count - bad) over" : nil,
        ]
        var lines = ["In short:", ""] + sorted.map { "- \(prefix($0))\(headline($0))" }
        for part in sorted.prefix(Self.longestSummary) {
            lines += ["", "", prefix(part) + headline(part)] + body(part)
        }
        return Notice(
            id: Self.newName(), kind: .summary, rule: rule, thread: Self.newName(), opensThread: true, host: host,
            at: now, outcome: sorted.map(\.outcome).worst,
            subject: "[\(host)] \(sorted.count) alerts: \(words.compactMap(\.self).joined(separator: ", "))",
            text: (lines + [""] + hints(sorted)).joined(separator: "\n"), items: sorted.map(item))
    }

    // MARK: Lines

    private func prefix(_ part: Part) -> String { "[\(part.facts.service ?? host)] " }

    /// The subject behind its brackets.
    private func headline(_ part: Part) -> String {
        let name = part.subject.name
        switch part.telling {
        case .failure: return "\(name): \(problem(part))"
        case .change(let old): return "\(name): \(problem(part, "was \(old.rawValue)"))"
        case .spread(let tasks): return "\(name): \(part.outcome.rawValue), now also: \(list(tasks))"
        case .reminder: return "\(name): still \(problem(part))"
        case .recovery(let old): return "\(name): \(recovered(part)) (was \(words(old, part.subject.kind)))"
        }
    }

    private func problem(_ part: Part, _ remark: String? = nil) -> String {
        let outcome = words(part.outcome, part.subject.kind) + (remark.map { " (\($0))" } ?? "")
        let names = part.facts.findings.map(\.name)
        return names.isEmpty ? outcome : "\(outcome): \(list(names))"
    }

    private func words(_ outcome: Outcome, _ kind: AlertSubject.Kind) -> String {
        switch kind {
        case .run: outcome.rawValue
        case .missed: "missed"
        case .expectation: "no sign of life"
        case .configuration: "faulty"
        }
    }

    private func recovered(_ part: Part) -> String {
        switch part.subject.kind {
        case .run: part.outcome == .ok ? "ok again" : "\(part.outcome.rawValue) now"
        case .missed: "runs again"
        case .expectation: "back"
        case .configuration: "in order again"
        }
    }

    private func list(_ names: [String]) -> String {
        names.prefix(4).joined(separator: ", ") + (names.count > 4 ? " and \(names.count - 4) more" : "")
    }

    private func body(_ part: Part) -> [String] {
        var lines = [sentence(part)]
        lines += part.facts.remarks
        if !part.facts.findings.isEmpty {
            lines.append("")
            lines += part.facts.findings.map { "\($0.name): \($0.outcome.rawValue): \($0.summary)" }
        }
        if part.facts.omitted > 0 { lines.append("and \(part.facts.omitted) more") }
        if part.telling.isBad {
            lines += ["", since(part)]
            if let acknowledgement = part.state.acknowledgement {
                lines.append("Acknowledged \(LocalText.minutes(acknowledgement.at, timeZone)).")
            }
        } else if let run = part.facts.run {
            lines += ["", "Run \(run), ended \(text(part.facts.at))."]
        }
        return lines
    }

    private func sentence(_ part: Part) -> String {
        let title = part.facts.title + (part.facts.service.map { " of \($0)" } ?? "") + " on \(host)"
        let now = part.outcome.rawValue
        switch (part.subject.kind, part.telling) {
        case (.run, .failure): return "\(title) ended \(now)."
        case (.run, .change(let old)): return "\(title) ended \(now); before, it was \(old.rawValue)."
        case (.run, .spread(let tasks)):
            return "\(title) is \(now) as before, and more of it fails now: \(list(tasks))."
        case (.run, .reminder): return "\(title) still ends \(now)."
        case (.run, .recovery(let old)): return "\(title) ended \(now); before, it was \(old.rawValue)."
        case (_, .recovery): return "\(title): \(recovered(part))."
        case (_, .reminder): return "\(title): still \(words(part.outcome, part.subject.kind))."
        case (_, _): return "\(title): \(words(part.outcome, part.subject.kind))."
        }
    }

    private func since(_ part: Part) -> String {
        let length = max(part.facts.at.timeIntervalSince(part.state.since), 0)
        let ago = length >= 60 ? ", \(HumanText.duration(length))" : ""
        let row =
            part.subject.kind == .run && part.state.failures > 1 ? " (\(part.state.failures) times in a row\(ago))" : ""
        let run = part.facts.run.map { " Its last run is \($0)." } ?? ""
        return "Since \(text(part.state.since))\(row).\(run)"
    }

    private func text(_ date: Date) -> String {
        let zone = InstantText.format(date, in: timeZone).dropFirst(19)
        return LocalText.minutes(date, timeZone) + " " + (zone == "Z" ? "UTC" : zone)
    }

    /// How to see more, and how to have it silent.
    private func hints(_ parts: [Part]) -> [String] {
        var lines: [String] = []
        let runs = parts.filter { $0.telling.isBad }.compactMap(\.facts.run)
        for run in runs.prefix(3) { lines.append("See more:         ronde reports show \(run)") }
        if parts.contains(where: { $0.subject.kind == .missed }) { lines.append("See more:         ronde ledger") }
        if parts.contains(where: { $0.subject.kind == .configuration && $0.telling.isBad }) {
            lines.append("See more:         ronde validate")
        }
        let names = parts.filter { $0.telling.isBad && $0.state.acknowledgement == nil }.map(\.subject.name)
        for name in Set(names).sorted().prefix(3) { lines.append("Say you know it:  ronde acknowledge \(name)") }
        return lines
    }

    // MARK: For programs

    private func kind(_ part: Part) -> Notice.Kind {
        switch (part.telling, part.subject.kind) {
        case (.recovery, _): .recovery
        case (.reminder, _): .reminder
        case (.failure, .run): .failure
        case (.change, .run), (.spread, .run): .change
        case (_, .missed): .missed
        case (_, .expectation): .overdue
        case (_, .configuration): .configuration
        }
    }

    private func item(_ part: Part) -> Notice.Item {
        let was: Outcome? =
            switch part.telling {
            case .failure: nil
            case .change(let old), .recovery(let old): old
            case .spread, .reminder: part.outcome
            }
        return Notice.Item(
            kind: kind(part), subject: part.subject.kind, name: part.subject.name, title: part.facts.title,
            service: part.facts.service, outcome: part.outcome, was: was, since: part.state.since,
            failures: part.state.failures, run: part.facts.run, findings: part.facts.findings)
    }
}

extension AlertMachine.Telling {
    /// Whether something is wrong, and not over.
    var isBad: Bool {
        if case .recovery = self { false } else { true }
    }
}

extension Notice {
    /// A message that only shows that a channel works; `timeZone` is that of the time that it names.
    package static func test(host: String, at now: Date, in timeZone: TimeZone) -> Notice {
        let name = NoticeWriter.newName()
        return Notice(
            id: name, kind: .test, rule: "test", thread: name, opensThread: true, host: host, at: now, outcome: .ok,
            subject: "[\(host)] Ronde can reach you",
            text: "This message was asked for with 'ronde notifications test' at "
                + "\(LocalText.minutes(now, timeZone)). Nothing is wrong.",
            items: [])
    }
}
