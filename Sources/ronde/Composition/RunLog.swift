import Logging
import Maintenance
import PluginKit
import Reports
import Runner

/// Tells a log of runs as they begin and end.
struct RunLog: RunObserver {
    private let log: Logger

    init(_ log: Logger) { self.log = log }

    func observe(_ event: RunEvent) {
        switch event {
        case .began(let report):
            log.info("run began", metadata: ["run": "\(report.run)", "trigger": "\(report.trigger.rawValue)"])
        case .waitingForLock(let task, let holder):
            log.info("task waits", metadata: ["task": "\(task.name)", "for": "\(holder)"])
        case .taskBegan, .taskSaid: break
        case .retrying(let task, let wait, let result):
            log.warning(
                "task will be tried again",
                metadata: ["task": "\(task.name)", "in": "\(TimeSpan(wait))", "summary": "\(result.summary)"])
        case .taskEnded(let report):
            log.log(
                level: Self.level(report.outcome), "task ended",
                metadata: [
                    "task": "\(report.task)", "outcome": "\(report.outcome.rawValue)",
                    "summary": "\(PrintableText.of(report.summary))",
                ])
        case .waits(let report):
            let names = report.tasks.filter(\.wantsSignature).map(\.task).joined(separator: ", ")
            log.warning("run waits for a person", metadata: ["run": "\(report.run)", "tasks": "\(names)"])
        case .ended(let report, let folder):
            log.log(
                level: Self.level(report.outcome), "run ended",
                metadata: [
                    "run": "\(report.run)", "outcome": "\(report.outcome.rawValue)", "report": "\(folder ?? "none")",
                ])
        }
    }

    private static func level(_ outcome: Outcome) -> Logger.Level {
        switch outcome {
        case .ok, .skipped, .waiting: .info
        case .warning: .warning
        case .critical, .unknown: .error
        }
    }
}
