import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage

/// What stands at the end of a run: a table of its tasks, the outcome and where to read on.
enum RunSummary {
    /// The summary of a run whose report is in `folder`, nil for one that is not recorded.
    ///
    /// `config` is what was given as `--config`, for the command that is shown.
    static func text(_ report: RunReport, folder: FilePath?, config: String?, width: Int?) -> String {
        let words = ReportWords.english
        var table = TextTable(columns: [
            .init("Task", minimum: 8), .init("Outcome"), .init("Time", .right), .init("Summary", minimum: 20),
        ])
        for task in report.tasks {
            table.add([
                task.task, words.signed(task.outcome), task.seconds.map(HumanText.duration) ?? "–", task.summary,
            ])
        }
        let took = HumanText.duration(report.endedAt.timeIntervalSince(report.startedAt))
        let outcome = Terminal.paint(words.signed(report.outcome), as: report.outcome, on: STDOUT_FILENO)
        var lines = ["", table.text(width: width), "\(report.title): \(outcome) after \(took)"]
        if let interruption = report.interruption { lines.append("Interrupted: \(interruption)") }
        let option = config.map { " --config \($0)" } ?? ""
        for task in report.tasks where report.waits && task.wantsSignature {
            lines.append("Waits for a person; sign with: ronde sign \(report.run) \(task.task)\(option)")
        }
        if let folder {
            lines.append("Report: \(folder.appending("report.md"))")
            lines.append("Read it with: ronde reports show \(report.run)\(option)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
