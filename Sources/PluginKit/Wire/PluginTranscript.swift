package import Maintenance

/// What a plugin said during one attempt, bounded, and what the contract makes of it.
///
/// Feed it each line of output, then ask ``conclude(_:)``. A plugin that breaks the contract ends `unknown`.
package struct PluginTranscript: Sendable {
    /// How a plugin's process ended.
    package enum End: Hashable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// The time limit was over; it was killed.
        case timedOut(limit: TimeSpan)
        /// The time limit of the whole run was over; it was killed.
        case runTimedOut(limit: TimeSpan)
        /// It used more processor time than it may; it was killed.
        case spent(limit: TimeSpan)
        /// It was stopped from outside, with the reason.
        case stopped(String)
        /// It wrote more than it may; it was killed.
        case flooded(limit: ByteSize, lines: Int)
    }

    /// Most log lines, measurements and artifacts kept of one attempt; the rest is counted.
    package static let mostEntries = 1000
    /// Most pieces of evidence that a step may ask for.
    package static let mostEvidence = 50
    /// Longest text kept of one log line or summary, in characters.
    package static let longestText = 4000

    package private(set) var measurements: [TaskMeasurement] = []
    package private(set) var artifacts: [Artifact] = []
    package private(set) var log: [LogLine] = []
    /// What it said last that it was doing.
    private var progress: String?
    private var dropped = 0
    private var result: TaskResult?
    private var breach: String?

    package init() {}

    /// Takes one line of output, without its line feed, and returns the event it was.
    package mutating func receive(line: [UInt8]) -> PluginEvent? {
        let event: PluginEvent
        do {
            event = try PluginEvent(line: line)
        } catch {
            breach = breach ?? error.description
            return nil
        }
        receive(event)
        return event
    }

    /// Takes one event, as from a program that does not speak this protocol itself.
    package mutating func receive(_ event: PluginEvent) {
        if result != nil { breach = breach ?? "it wrote more after its result" }
        switch event {
        case .progress(_, let message): if !message.isEmpty { progress = message }
        case .log(let line): keep(LogLine(line.level, Self.cut(line.message)), in: \.log)
        case .measurement(let measurement): keep(measurement, in: \.measurements)
        case .artifact(let artifact): keep(artifact, in: \.artifacts)
        case .result(let first): result = result ?? Self.bounded(first)
        }
    }

    /// One that waits says what for, if only by its summary.
    private static func bounded(_ result: TaskResult) -> TaskResult {
        let summary = cut(result.summary)
        guard result.outcome == .waiting else { return TaskResult(result.outcome, summary) }
        var awaits = result.awaits ?? AwaitedStep(instructions: summary)
        awaits.instructions = cut(awaits.instructions)
        awaits.evidence = Array(awaits.evidence.prefix(mostEvidence))
        return TaskResult(.waiting, summary, awaits: awaits)
    }

    private mutating func keep<Entry>(_ entry: Entry, in list: WritableKeyPath<PluginTranscript, [Entry]>) {
        if self[keyPath: list].count < Self.mostEntries {
            self[keyPath: list].append(entry)
        } else {
            dropped += 1
        }
    }

    private static func cut(_ text: String) -> String {
        // No text has more characters than bytes, and bytes are counted at once.
        text.utf8.count <= longestText || text.count <= longestText ? text : text.prefix(longestText) + "…"
    }

    /// The result of the attempt, by the contract.
    ///
    /// - Parameters:
    ///   - end: how the process ended.
    ///   - errorText: the beginning of what it wrote to standard error, shown where there is no result.
    /// - Returns: its own result, or what its end or its breach of the contract makes of it.
    package mutating func conclude(_ end: End, errorText: String = "") -> TaskResult {
        if dropped > 0 {
            log.append(LogLine(.warning, "\(dropped) more lines, measurements or artifacts were not kept"))
        }
        if !errorText.isEmpty {
            log.append(LogLine(.info, "standard error: " + Self.cut(errorText)))
        }
        switch end {
        case .timedOut(let limit):
            return TaskResult(.critical, "stopped: it took longer than its time limit of \(limit)" + lastWords)
        case .runTimedOut(let limit):
            return TaskResult(.critical, "stopped: the run's time limit of \(limit) was over" + lastWords)
        case .spent(let limit):
            return TaskResult(.critical, "stopped: it used more than its processor time of \(limit)" + lastWords)
        case .stopped(let reason): return TaskResult(.unknown, "stopped: \(reason)")
        case .flooded(let limit, let lines):
            return TaskResult(.unknown, "stopped: it wrote more than \(limit) or \(lines) lines of output")
        case .signalled(let signal):
            return TaskResult(.unknown, "the plugin was killed by signal \(signal)" + Self.hint(errorText))
        case .exited(let status): return judge(exitStatus: status, errorText: errorText)
        }
    }

    /// The end of a summary, which is one line.
    private var lastWords: String {
        let line = progress?.split(whereSeparator: \.isNewline).last.map { String($0.prefix(300)) } ?? ""
        return line.isEmpty ? "" : "; it last said: \(line)"
    }

    private func judge(exitStatus: Int32, errorText: String) -> TaskResult {
        guard let result else {
            let broken = breach.map { "; \($0)" } ?? ""
            return TaskResult(
                .unknown, "the plugin gave no result (exit status \(exitStatus))\(broken)" + Self.hint(errorText))
        }
        if let breach {
            return TaskResult(.unknown, "the plugin broke its contract: \(breach). It said: \(result.summary)")
        }
        guard result.outcome.exitStatus == exitStatus else {
            return TaskResult(
                .unknown,
                "the plugin said '\(result.outcome.rawValue)' but exited \(exitStatus). It said: \(result.summary)")
        }
        return result
    }

    private static func hint(_ errorText: String) -> String {
        let line = errorText.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
        return line.isEmpty ? "" : ": " + String(line.prefix(300))
    }
}
