import Foundation
import Maintenance

/// The tasks of one run, one after the other.
struct TaskSequence: Sendable {
    /// In the order in which they run.
    let tasks: [TaskDefinition]
    let service: Service
    let settings: RunnerSettings
    let clock: any WallClock
    let observer: any RunObserver
    let scratch: ScratchFolder
    let budget: TimeBudget
    /// Why it ends before its time, where somebody says so.
    let stop: RunStop?

    /// What keeps a run from going on; its further tasks are skipped.
    private enum Stop {
        case told
        case outOfTime
        case unrecorded(RunError)
    }

    /// Does the tasks that the report does not have yet, or that waited, and completes it.
    ///
    /// A task that waits for a person stays as it is. `keep` records a task that ended, with its position; an error that it returns stops the run.
    func perform(into report: inout RunReport, keep: (TaskReport, Int) async -> RunError?) async {
        var stop: Stop?
        for task in tasks {
            let known = report.tasks.firstIndex { $0.task == task.name }
            if let known, report.tasks[known].outcome != .waiting || report.tasks[known].wantsSignature { continue }
            stop = stop ?? reasonToStop()
            let ended: TaskReport
            if let reason = stop.map(text) {
                ended = notBegun(task, .skipped, reason)
            } else if let (outcome, reason) = unmetNeeds(of: task, report) {
                ended = notBegun(task, outcome, reason)
            } else {
                ended = await execution(of: task, report).perform()
                // Told to stop while its last task ended well, a run has lost nothing.
                if Task.isCancelled, !ended.outcome.allowsDependents { stop = .told }
            }
            let position = known ?? report.tasks.count
            if known == nil { report.tasks.append(ended) } else { report.tasks[position] = ended }
            if let failure = await keep(ended, position) { stop = stop ?? .unrecorded(failure) }
            observer.observe(.taskEnded(ended))
        }
        report.endedAt = max(report.startedAt, clock.now)
        complete(&report, stop)
    }

    private func notBegun(_ task: TaskDefinition, _ outcome: Outcome, _ reason: String) -> TaskReport {
        TaskReport(task: task.name, title: task.title, plugin: task.plugin, outcome: outcome, summary: reason)
    }

    private func execution(of task: TaskDefinition, _ report: RunReport) -> TaskExecution {
        TaskExecution(
            settings: settings, clock: clock, observer: observer, run: report.run, checklist: report.checklist,
            service: service, task: task, nominalTime: report.nominalTime ?? report.startedAt,
            isDryRun: report.dryRun, budget: budget, scratch: scratch, stop: stop)
    }

    private func complete(_ report: inout RunReport, _ stop: Stop?) {
        let added: [Outcome]
        switch stop {
        case nil: added = []
        case .told:
            report.interruption = self.stop?.reason.map { "it was stopped: \($0)" } ?? "it was told to stop"
            added = [.unknown]
        case .outOfTime: added = [.critical]
        case .unrecorded(let error):
            report.interruption = "\(error)"
            added = [.unknown]
        }
        // Nobody can sign a run that is over.
        if report.interruption != nil {
            for index in report.tasks.indices where report.tasks[index].outcome == .waiting {
                report.tasks[index].outcome = .skipped
                report.tasks[index].summary = "the run ended before a person had acted"
            }
        }
        report.outcome = (report.tasks.map(\.outcome) + added).worst
    }

    private func reasonToStop() -> Stop? {
        if Task.isCancelled { return .told }
        return budget.isOver ? .outOfTime : nil
    }

    private func text(_ stop: Stop) -> String {
        switch stop {
        case .told: "the run was told to stop"
        case .outOfTime: "the run's time limit of \(budget.limit) was over"
        case .unrecorded: "the record of the task before it could not be kept"
        }
    }

    /// What becomes of a task that needs what it does not have, and why; nil where it may run.
    ///
    /// Tasks that were not selected are not asked for.
    private func unmetNeeds(of task: TaskDefinition, _ report: RunReport) -> (Outcome, String)? {
        let unmet = task.needs.compactMap { need in report.tasks.first { $0.task == need } }
            .filter { !$0.outcome.allowsDependents }
        guard !unmet.isEmpty else { return nil }
        // One that failed decides at once, whatever a person may say of the others.
        if unmet.allSatisfy({ $0.outcome == .waiting }) {
            return (.waiting, "it waits for \(unmet.map(\.task).joined(separator: ", "))")
        }
        let failed = unmet.filter { $0.outcome != .waiting }
        let reasons = failed.map { "\($0.task) ended \($0.outcome.rawValue)" }
        return (.skipped, "it needs \(failed.map(\.task).joined(separator: ", ")): " + reasons.joined(separator: ", "))
    }
}
