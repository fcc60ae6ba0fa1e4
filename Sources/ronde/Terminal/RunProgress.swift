import Foundation
import Glibc
import Maintenance
import PluginKit
import Reports
import Runner
import Synchronization

/// Shows a run as it goes: a line a task, rewritten in place on a terminal.
final class RunProgress: RunObserver {
    private struct State {
        /// What stands on the line that is rewritten; empty where there is none.
        var live = ""
        var taskStart = Date()
    }

    private let state = Mutex(State())
    private let isLive: Bool
    private let words = ReportWords.english

    init() {
        isLive = Terminal.isTerminal(STDERR_FILENO) && getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
    }

    func observe(_ event: RunEvent) {
        state.withLock { state in
            switch event {
            case .began(let report):
                Terminal.say(
                    "\(report.title): run \(report.run)" + (report.dryRun ? " (dry run: nothing is changed)" : ""))
            case .taskBegan(let task, let attempt):
                state.taskStart = Date()
                show("  … \(task.title)" + (attempt > 1 ? " (attempt \(attempt))" : ""), &state)
            case .waitingForLock(let task, let holder):
                show("  … \(task.title): waiting, \(holder)", &state, keepsLine: true)
            case .taskSaid(let task, .progress(let fraction, let message)):
                let share = fraction.map { " \(Int(($0 * 100).rounded()))%" } ?? ""
                if isLive { show("  … \(task.title):\(share) \(message)", &state) }
            case .taskSaid: break
            case .retrying(let task, let wait, let result):
                clear(&state)
                Terminal.say("    \(PrintableText.of(result.summary))")
                show(
                    "  … \(task.title): trying again in \(HumanText.duration(wait.inSeconds))", &state, keepsLine: true)
            case .taskEnded(let report): end(report, &state)
            case .ended, .waits: clear(&state)
            }
        }
    }

    private func end(_ report: TaskReport, _ state: inout State) {
        clear(&state)
        let sign = Terminal.paint(report.outcome.sign, as: report.outcome, on: STDERR_FILENO)
        let time = report.seconds.map { "  (\(HumanText.duration($0)))" } ?? ""
        let width = isLive ? Terminal.width(STDERR_FILENO) : nil
        let text = "\(report.title): \(PrintableText.of(report.summary))\(time)"
        // The colour of the sign takes no columns, so it is put in after the lines were broken.
        let block = WrappedText.block(text, first: "  \(report.outcome.sign) ", width: width)
        Terminal.say("  " + sign + block.dropFirst(2 + report.outcome.sign.count))
        for line in report.log.filter(\.isFinding).prefix(5) {
            Terminal.say(WrappedText.block(PrintableText.of(line.message), first: "      ", width: width))
        }
    }

    /// Rewrites the live line; where there is none, only lines worth keeping are written.
    private func show(_ text: String, _ state: inout State, keepsLine: Bool = false) {
        let line = PrintableText.of(text)
        guard isLive else {
            if keepsLine { Terminal.say(line) }
            return
        }
        state.live = line
        let width = Terminal.width(STDERR_FILENO) ?? 80
        Terminal.write("\r\u{1B}[2K" + DisplayWidth.truncate(line, to: width - 1), to: STDERR_FILENO)
    }

    private func clear(_ state: inout State) {
        guard isLive, !state.live.isEmpty else { return }
        state.live = ""
        Terminal.write("\r\u{1B}[2K", to: STDERR_FILENO)
    }
}
