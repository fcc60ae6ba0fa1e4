import DurableFiles
import Foundation
import Maintenance
import PluginKit
import SystemPackage

/// One task of a run, from its locks to its report.
struct TaskExecution: Sendable {
    let settings: RunnerSettings
    let clock: any WallClock
    let observer: any RunObserver
    let run: RunIdentifier
    let service: Service
    let task: TaskDefinition
    let nominalTime: Date
    let isDryRun: Bool
    /// When the whole run's time limit is over.
    let runDeadline: Date

    /// Does the task, as often as its retry policy says.
    func perform() async -> TaskReport {
        let started = clock.now
        guard let manifest = settings.plugins[task.plugin] else {
            return report(.unknown, "there is no plugin '\(task.plugin)'", started)
        }
        if isDryRun, !manifest.dryRun {
            return report(.skipped, "the plugin '\(task.plugin)' cannot say what it would do", nil)
        }
        var attempt = 1
        while true {
            let report = await perform(attempt, manifest)
            guard shouldRetry(report, after: attempt) else { return report }
            let wait = task.retry.delay(afterAttempt: attempt)
            observer.observe(.retrying(task, after: wait, TaskResult(report.outcome, report.summary)))
            do {
                try await clock.sleep(for: wait)
            } catch {
                return report
            }
            attempt += 1
        }
    }

    private func shouldRetry(_ report: TaskReport, after attempt: Int) -> Bool {
        guard attempt < task.retry.attempts, !Task.isCancelled, !isDryRun else { return false }
        let next = clock.now.addingTimeInterval(task.retry.delay(afterAttempt: attempt).inSeconds)
        return [.critical, .unknown].contains(report.outcome) && next < runDeadline
    }

    private func perform(_ attempt: Int, _ manifest: PluginManifest) async -> TaskReport {
        observer.observe(.taskBegan(task, attempt: attempt))
        let started = clock.now
        let deadline = min(started.addingTimeInterval(task.timeLimit.seconds), runDeadline)
        do {
            let locks = isDryRun ? [] : try LockName.needed(by: task, of: service, manifest: manifest)
            let table = LockTable(folder: settings.locksFolder, clock: clock)
            let (held, holder) = try await table.take(locks, purpose: "\(run), task \(task.name)", until: deadline) {
                observer.observe(.waitingForLock(task, holder: $0))
            }
            guard let held else {
                return report(.critical, "not begun within its time limit: \(holder)", started, attempts: attempt)
            }
            defer { for lock in held { lock.release() } }
            return try await launch(attempt, manifest, started: started, deadline: deadline)
        } catch is CancellationError {
            return report(.unknown, "stopped: the run was told to stop", started, attempts: attempt)
        } catch {
            return report(.critical, "\(error)", started, attempts: attempt)
        }
    }

    private func launch(
        _ attempt: Int, _ manifest: PluginManifest, started: Date, deadline: Date
    ) async throws -> TaskReport {
        let scratch = settings.scratchFolder.appending(run.rawValue).appending(task.name)
        try Folder.create(scratch)
        // What is left in the scratch folder is swept with the run's folder, by this run or by the next one.
        defer { try? Folder.removeTree(scratch) }
        let request = PluginRequest(
            run: run.rawValue, task: task.name, attempt: attempt, plugin: task.plugin, service: service,
            with: task.with, dryRun: isDryRun, nominalTime: nominalTime, deadline: deadline, scratch: scratch.string)
        let left = max(0.001, deadline.timeIntervalSince(clock.now))
        let timeLimit = left < task.timeLimit.seconds - 1 ? TimeSpan(.seconds(left.rounded())) : task.timeLimit
        let outcome = await PluginLauncher(settings: settings).attempt(
            request, of: manifest, timeLimit: timeLimit
        ) { observer.observe(.taskSaid(task, $0)) }
        var report = report(outcome.result.outcome, outcome.result.summary, started, attempts: attempt)
        report.measurements = outcome.transcript.measurements
        report.artifacts = outcome.transcript.artifacts
        report.log = outcome.transcript.log
        return report
    }

    private func report(
        _ outcome: Outcome, _ summary: String, _ started: Date?, attempts: Int = 0
    ) -> TaskReport {
        TaskReport(
            task: task.name, title: task.title, plugin: task.plugin, outcome: outcome, summary: summary,
            attempts: attempts, startedAt: started, endedAt: started == nil ? nil : clock.now)
    }
}
