import Maintenance
import MonitoringChecks
import PluginKit

/// Listens to a check of the Monitoring Plugins, whose exit status is its result.
///
/// Its words become the events that a plugin would have sent, so that the same limits hold for both.
struct CheckListener: ProcessListener {
    private var output = CheckOutput()
    private var transcript = PluginTranscript()

    mutating func receive(_ line: [UInt8]) -> [PluginEvent] {
        let events = output.receive(line: line).map(Self.event)
        for event in events { transcript.receive(event) }
        return events
    }

    private static func event(_ finding: CheckOutput.Finding) -> PluginEvent {
        switch finding {
        case .text(let text): .log(LogLine(.info, text))
        case .measurement(let measurement): .measurement(measurement)
        case .unreadable(let text): .log(LogLine(.debug, "performance data that cannot be read: '\(text)'"))
        }
    }

    mutating func conclude(_ end: PluginTranscript.End, errorText: String) -> PluginLauncher.Attempt {
        var end = end
        if case .exited(let status) = end {
            let result = result(status, errorText)
            transcript.receive(.result(result))
            end = .exited(result.outcome.exitStatus)
        }
        let result = transcript.conclude(end, errorText: errorText)
        return PluginLauncher.Attempt(result: result, transcript: transcript)
    }

    private func result(_ status: Int32, _ errorText: String) -> TaskResult {
        let errors = errorText.split(whereSeparator: \.isNewline).last.map { ": \($0.prefix(300))" } ?? ""
        let said = output.summary.isEmpty ? errors : ". It said: \(output.summary)"
        guard (0...3).contains(status) else {
            return TaskResult(.unknown, "the check ended with status \(status), which no check has" + said)
        }
        let outcome = Outcome(exitStatus: status)
        if !output.summary.isEmpty { return TaskResult(outcome, output.summary) }
        // A check must say what it found; one that says nothing has perhaps not looked.
        guard output.isEmpty else { return TaskResult(outcome, "the check gave figures and no words") }
        return TaskResult(
            outcome == .ok ? .unknown : outcome, "the check said nothing (exit status \(status))" + errors)
    }
}
