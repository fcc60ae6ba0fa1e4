import Digests
import Foundation
import Maintenance
import Reports
import RunStore

/// Keeps the alerts of each rule and queues what follows, within a transaction.
struct AlertBooks: Sendable {
    let settings: NotificationSettings
    let host: String
    let timeZone: TimeZone

    // MARK: Runs

    func runBegan(_ run: RunIdentifier, _ checklist: String, in step: NoticeTransaction) throws {
        try ping(run, checklist, text: "\(checklist) began on \(host).", in: step) { $0.tellsStart ? .start : nil }
    }

    func runEnded(_ report: RunReport, in step: NoticeTransaction) throws {
        try observe(AlertSubject(.run, report.checklist), in: step) { Reading.run(report, $0) }
        try observeRan(report.checklist, title: report.title, service: report.service, run: report.run, in: step)
        let words = report.tasks.filter { $0.outcome != .ok }.prefix(20)
            .map { "\($0.task): \($0.outcome.rawValue): \(PrintableText.of($0.summary, limit: 300))" }
        let head = "\(report.checklist) ended \(report.outcome.rawValue) on \(host), run \(report.run)."
        try ping(
            report.run, report.checklist, text: ([head] + words).joined(separator: "\n"), in: step
        ) { $0.signal(of: report.outcome) }
    }

    /// A run has ended whose report cannot be read.
    func runLost(
        _ run: RunIdentifier, _ checklist: String, _ reason: String, in step: NoticeTransaction
    ) throws {
        try observe(AlertSubject(.run, checklist), in: step) { _ in
            Reading.unreadable(run, checklist, reason, at: step.now)
        }
        try observeRan(checklist, title: checklist, service: nil, run: run, in: step)
        try ping(run, checklist, text: "\(checklist) ended, and its report cannot be read.", in: step) {
            $0.signal(of: .unknown)
        }
    }

    /// A run of the checklist came to its end: its firings are no longer lost.
    private func observeRan(
        _ checklist: String, title: String, service: String?, run: RunIdentifier, in step: NoticeTransaction
    ) throws {
        try observe(AlertSubject(.missed, checklist), in: step) { _ in
            .fine(
                AlertFacts(title: PrintableText.of(title, limit: 200), service: service, run: run, at: step.now))
        }
    }

    private func ping(
        _ run: RunIdentifier, _ checklist: String, text: String, in step: NoticeTransaction,
        _ signal: (PingTarget) -> OutgoingPing.Signal?
    ) throws {
        for target in settings.pings where target.checklists?.contains(checklist) ?? true {
            guard let signal = signal(target) else { continue }
            let ping = OutgoingPing(signal: signal, run: run, runKey: try runKey(run), text: String(text.prefix(2000)))
            try step.enqueue(
                Dispatch(
                    target: .pings(target.name), topic: AlertSubject(.run, checklist).key, content: .ping(ping)))
        }
    }

    /// The same for every ping of a run, from whichever process: a UUID of version 8 (RFC 9562, section 5.8).
    private func runKey(_ run: RunIdentifier) throws -> String {
        var bytes = try SHA256Digest(of: Array("\(host)/\(run)".utf8)).bytes.prefix(16).map { $0 }
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(
            separator: "-")
    }

    // MARK: Alerts

    /// Enters what was seen of a subject, as each rule reads it.
    func observe(
        _ subject: AlertSubject, in step: NoticeTransaction, _ read: (NoticeRule) -> Reading?
    ) throws {
        let known = try step.alerts(of: subject)
        for rule in settings.rules where rule.isAbout(subject) {
            guard let reading = read(rule) else { continue }
            let alert = known.first { $0.rule == rule.name }
            let result = AlertMachine(rule, subject.kind).observe(
                reading.seen, alert?.state, at: step.now, thread: NoticeWriter.newName())
            let part = try enter(result, of: subject, rule, before: alert, reading, in: step)
            try send(part.map { [$0] } ?? [], rule, topic: subject.key, in: step)
        }
    }

    func acknowledge(_ alert: Alert, _ acknowledgement: Acknowledgement, in step: NoticeTransaction) throws {
        guard let rule = settings.rules.first(where: { $0.name == alert.rule }) else { return }
        let result = AlertMachine(rule, alert.subject.kind).acknowledge(alert.state, acknowledgement)
        let part = try enter(result, of: alert.subject, rule, before: alert, nil, in: step)
        try send(part.map { [$0] } ?? [], rule, topic: alert.subject.key, in: step)
    }

    /// Looks at every alert of which there may be something to say by now; what one rule has to say goes as one message.
    func lookAround(in step: NoticeTransaction) throws {
        let alerts = Dictionary(grouping: try step.alerts(onlyDue: true), by: \.rule)
        for rule in settings.rules {
            var parts: [NoticeWriter.Part] = []
            for alert in alerts[rule.name] ?? [] {
                let result = AlertMachine(rule, alert.subject.kind).look(alert.state, at: step.now)
                if let part = try enter(result, of: alert.subject, rule, before: alert, nil, in: step) {
                    parts.append(part)
                }
            }
            try send(
                parts, rule, topic: parts.first.map { parts.count > 1 ? "summary" : $0.subject.key } ?? "", in: step)
        }
    }

    /// Keeps what became of an alert, and returns what is to be told.
    private func enter(
        _ result: AlertMachine.Step, of subject: AlertSubject, _ rule: NoticeRule, before: Alert?,
        _ reading: Reading?, in step: NoticeTransaction
    ) throws -> NoticeWriter.Part? {
        guard let facts = reading?.facts ?? before?.facts else { return nil }
        if let state = result.state {
            try step.keep(
                Alert(rule: rule.name, subject: subject, state: state, facts: facts), nextLook: result.nextLook)
        } else if before != nil {
            try step.forget(rule: rule.name, subject)
        }
        guard let telling = result.telling, let state = result.state ?? before?.state else { return nil }
        return NoticeWriter.Part(
            telling: telling, subject: subject, state: state,
            outcome: reading?.seen.outcome ?? state.outcome, facts: facts)
    }

    private func send(
        _ parts: [NoticeWriter.Part], _ rule: NoticeRule, topic: String, in step: NoticeTransaction
    ) throws {
        let writer = NoticeWriter(host: host, timeZone: timeZone, rule: rule.name)
        guard let notice = writer.notice(parts, at: step.now) else { return }
        for channel in settings.channels(of: rule) {
            try step.enqueue(Dispatch(target: .channel(channel), topic: topic, content: .notice(notice)))
        }
    }
}

extension NoticeRule {
    /// Whether the rule has anything to say of a subject.
    fileprivate func isAbout(_ subject: AlertSubject) -> Bool {
        if let checklists, !(subject.checklist.map(checklists.contains) ?? false) { return false }
        return switch subject.kind {
        case .run: !events.isDisjoint(with: [.failure, .change, .recovery])
        case .missed: !events.isDisjoint(with: [.missed, .skipped])
        case .expectation: events.contains(.overdue)
        case .configuration: events.contains(.configuration)
        }
    }
}

extension PingTarget {
    fileprivate func signal(of outcome: Outcome) -> OutgoingPing.Signal {
        if tellsStatus { return .status(outcome.exitStatus) }
        return outcome.exitStatus <= 1 ? .success : .failure
    }
}
