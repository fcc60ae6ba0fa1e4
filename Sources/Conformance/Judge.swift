import Foundation
import Maintenance
import MonitoringChecks
import PluginKit
import Processes

/// What the contract makes of one start of a plugin.
struct Judge {
    let subject: Subject
    let seen: Rehearsal.Observation
    private let events: [PluginEvent]
    /// The first line that is no event, with the reason.
    private let breach: String?
    private let strangeLines: Int

    init(subject: Subject, seen: Rehearsal.Observation) {
        self.subject = subject
        self.seen = seen
        var events: [PluginEvent] = []
        var faults: [String] = []
        for line in subject.manifest.isCheck ? [] : seen.lines {
            do throws(PluginEventError) {
                events.append(try PluginEvent(line: line))
            } catch {
                faults.append(error.description)
            }
        }
        (self.events, breach, strangeLines) = (events, faults.first, faults.count)
    }

    private var results: [TaskResult] { events.compactMap { if case .result(let result) = $0 { result } else { nil } } }

    /// What its first result says; nil where there is none.
    var outcome: Outcome? { results.first?.outcome }

    private var status: Int32? { if case .exited(let status) = seen.end { status } else { nil } }

    /// Whether nobody had to end it.
    var hasEnded: Bool { status != nil }

    /// Whether it kept its contract.
    var isSound: Bool {
        results.count == 1 && breach == nil && isResultLast && results.first?.outcome.exitStatus == status
    }

    private var isResultLast: Bool { if case .result = events.last { true } else { false } }

    /// Its answer in words.
    var answer: String {
        let end = Self.text(seen.end, subject.manifest)
        if subject.manifest.isCheck { return end }
        guard let result = results.first else {
            let reason = breach ?? seen.errorText.split(whereSeparator: \.isNewline).last.map(String.init)
            return "no result, \(end)" + (reason.map { " (\($0.prefix(160)))" } ?? "")
        }
        return "'\(result.outcome.rawValue)', \(end)"
    }

    static func text(_ time: Duration) -> String {
        "\(TimeSpan(.milliseconds(Int64((time.inSeconds * 1000).rounded(.up)))))"
    }

    private static func text(_ end: ChildEnd, _ manifest: PluginManifest) -> String {
        switch end {
        case .exited(let status): "exit status \(status)"
        case .signalled(let signal): "killed by signal \(signal)"
        case .timedOut: "stopped at its time limit of \(manifest.timeLimit)"
        case .cancelled: "stopped"
        case .flooded: "stopped for a flood of output"
        }
    }

    // MARK: Findings

    /// What holds for every plugin.
    private func commonFindings() -> [ConformanceFinding] {
        let bytes = seen.lines.reduce(0) { $0 + $1.count + 1 }
        let isFlood = seen.end == .flooded
        return [
            ConformanceFinding(
                "output bounds",
                expected: "at most \(Rehearsal.outputLimit) and \(Rehearsal.lineLimit) lines",
                happened: isFlood
                    ? "it wrote more and was stopped"
                    : "\(ByteSize(bytes: Int64(bytes))), \(Self.count(seen.lines.count, "line"))", passed: !isFlood),
            ConformanceFinding(
                "time limit", expected: "an end within \(subject.manifest.timeLimit)",
                happened: seen.end == .timedOut ? "it had to be stopped" : "it took \(Self.text(seen.time))",
                passed: seen.end != .timedOut),
        ]
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// What holds for plugins that speak in events.
    func eventFindings() -> [ConformanceFinding] {
        let progress = events.count { if case .progress = $0 { true } else { false } }
        let after = events.drop { if case .result = $0 { false } else { true } }.count - 1
        let isOnce = results.count == 1 && after == 0
        let words =
            results.count == 1 && after > 0
            ? "a result, and \(Self.count(after, "event")) after it" : Self.count(results.count, "result")
        let isLong = seen.time > subject.longestSilence
        return [
            ConformanceFinding(
                "output", expected: "nothing but events on standard output",
                happened: breach.map { "\(strangeLines) of \(Self.count(seen.lines.count, "line")): \($0)" }
                    ?? Self.count(events.count, "event"), passed: breach == nil),
            ConformanceFinding(
                "result", expected: "exactly one result, and nothing after it",
                happened: results.isEmpty ? answer : words, passed: isOnce),
            ConformanceFinding(
                "exit status", expected: "the exit status of its result", happened: answer,
                passed: outcome != nil && outcome?.exitStatus == status),
            ConformanceFinding(
                "progress", expected: "progress, where it takes more than \(TimeSpan(subject.longestSilence))",
                happened: "\(Self.count(progress, "word")) of progress in \(Self.text(seen.time))",
                passed: progress > 0 || !isLong),
        ] + commonFindings()
    }

    /// What holds for checks of the Monitoring Plugins.
    func checkFindings() -> [ConformanceFinding] {
        var output = CheckOutput()
        let found = seen.lines.flatMap { output.receive(line: $0) }
        let unreadable = found.compactMap { if case .unreadable(let text) = $0 { text } else { nil } }
        let figures = found.count { if case .measurement = $0 { true } else { false } }
        let errors = seen.errorText.split(whereSeparator: \.isNewline).last.map { " (\($0.prefix(160)))" } ?? ""
        return [
            ConformanceFinding(
                "exit status", expected: "an exit status from 0 to 3",
                happened: Self.text(seen.end, subject.manifest) + errors,
                passed: status.map { (0...3).contains($0) } ?? false),
            ConformanceFinding(
                "words", expected: "a first line of text",
                happened: output.summary.isEmpty ? "nothing" + errors : "'\(output.summary.prefix(160))'",
                passed: !output.summary.isEmpty),
            ConformanceFinding(
                "figures", expected: "performance data that can be read",
                happened: unreadable.first.map { "'\($0)' cannot be read" } ?? Self.count(figures, "measurement"),
                passed: unreadable.isEmpty),
        ] + commonFindings()
    }
}
