import DurableFiles
import Foundation
import Maintenance
import PluginKit
import Supervision
import SystemPackage

/// One task of a run, from its locks to its report.
struct TaskExecution: Sendable {
    let settings: RunnerSettings
    let clock: any WallClock
    let observer: any RunObserver
    let run: RunIdentifier
    /// The name of the checklist, by which the task finds what it kept of its last run.
    let checklist: String
    let service: Service
    let task: TaskDefinition
    let nominalTime: Date
    let isDryRun: Bool
    /// What is left of the whole run's time.
    let budget: TimeBudget
    let scratch: ScratchFolder
    /// Whether its end is to be sudden, where somebody ends it before its time.
    var stop: RunStop?

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
            let wait = task.retry.delay(afterAttempt: attempt)
            guard shouldRetry(report, after: attempt, wait) else { return report }
            observer.observe(.retrying(task, after: wait, TaskResult(report.outcome, report.summary)))
            do {
                try await Task.sleep(for: wait)
            } catch {
                return report
            }
            attempt += 1
        }
    }

    private func shouldRetry(_ report: TaskReport, after attempt: Int, _ wait: Duration) -> Bool {
        guard attempt < task.retry.attempts, !Task.isCancelled, !isDryRun else { return false }
        return [.critical, .unknown].contains(report.outcome) && budget.allows(wait)
    }

    private func perform(_ attempt: Int, _ manifest: PluginManifest) async -> TaskReport {
        observer.observe(.taskBegan(task, attempt: attempt))
        let started = clock.now
        let share = budget.share(of: task)
        let end = ContinuousClock.now + share.time
        do {
            let locks = isDryRun ? [] : try LockName.needed(by: task, of: service, manifest: manifest)
            let table = LockTable(folder: settings.locksFolder)
            let (held, holder) = try await table.take(locks, purpose: "\(run), task \(task.name)", until: end) {
                observer.observe(.waitingForLock(task, holder: $0))
            }
            guard let held else {
                return report(.critical, "not begun within its time limit: \(holder)", started, attempts: attempt)
            }
            defer { for lock in held { lock.release() } }
            let limit = PluginLauncher.Limit(
                time: max(ContinuousClock.now.duration(to: end), .milliseconds(1)),
                overstayed: share.isOfRun ? .runTimedOut(limit: budget.limit) : .timedOut(limit: task.timeLimit))
            return try await launch(attempt, manifest, started: started, limit, table.workLocks(locks))
        } catch is CancellationError {
            return report(.unknown, "stopped: the run was told to stop", started, attempts: attempt)
        } catch {
            return report(.critical, "\(error)", started, attempts: attempt)
        }
    }

    private func launch(
        _ attempt: Int, _ manifest: PluginManifest, started: Date, _ limit: PluginLauncher.Limit, _ locks: [WorkLock]
    ) async throws -> TaskReport {
        let user = try Confinement(task.limits, hasNoInput: false).user
        let scratch = try AttemptScratch(scratch.folder(of: task), for: user)
        defer { scratch.remove() }
        let request = PluginRequest(
            run: run.rawValue, task: task.name, attempt: attempt, plugin: task.plugin, service: service,
            with: task.with, dryRun: isDryRun, nominalTime: nominalTime,
            deadline: clock.now.addingTimeInterval(limit.time.inSeconds), scratch: scratch.path.string,
            state: try stateFolder(manifest)?.string)
        let outcome = await PluginLauncher(settings: settings, stop: stop).attempt(
            request, of: manifest, task: task, limit: limit, locks: locks
        ) { observer.observe(.taskSaid(task, $0)) }
        var report = report(outcome.result.outcome, outcome.result.summary, started, attempts: attempt)
        report.measurements = outcome.transcript.measurements
        report.artifacts = outcome.transcript.artifacts
        report.log = outcome.transcript.log
        report.awaits = outcome.result.awaits
        return report
    }

    /// Nil where the plugin keeps nothing.
    private func stateFolder(_ manifest: PluginManifest) throws -> FilePath? {
        guard manifest.keepsState else { return nil }
        let folder = settings.stateFolder(of: task.name, in: checklist)
        if !isDryRun { try Folder.create(folder, permissions: .ownerReadWriteExecute) }
        return folder
    }

    private func report(
        _ outcome: Outcome, _ summary: String, _ started: Date?, attempts: Int = 0
    ) -> TaskReport {
        TaskReport(
            task: task.name, title: task.title, plugin: task.plugin, outcome: outcome, summary: summary,
            // A clock that was set back must not make a task end before it began.
            attempts: attempts, startedAt: started, endedAt: started.map { max($0, clock.now) })
    }
}
