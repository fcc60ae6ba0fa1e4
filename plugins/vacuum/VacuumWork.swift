import DatabaseTasks
import Maintenance
import PluginKit
import SQLiteFile

/// The two ways to give pages back, for a database that was found worth it and intact.
struct VacuumWork {
    let file: SQLiteFile
    let connection: SQLiteConnection
    let words: VacuumWords
    let measured: VacuumMeasurements
    let context: TaskContext

    /// Where the database allows it: in small steps, between which others write.
    func giveBackInSteps() throws -> TaskResult {
        if context.isDryRun { return TaskResult(.ok, words.wouldGiveBackInSteps) }
        let total = words.before.freePages
        context.progress(0, "giving pages back in small steps")
        let report = try connection.incrementalVacuum { left in
            context.progress(Double(total - left) / Double(max(total, 1)), "giving pages back in small steps")
        }
        context.log(.info, words.steps(report))
        context.measure(TaskMeasurement("longest_stall", report.longestStep.inSeconds, .seconds))
        return conclude(report.after, words.doneInSteps)
    }

    /// Everywhere else: by a VACUUM, which says beforehand how long writers wait, and ends where that is too long.
    func rebuild(maxStall: TimeSpan) throws -> TaskResult {
        let others = OtherProcesses(using: file.path)
        let estimate = try connection.vacuumEstimate()
        context.measure(TaskMeasurement("estimated_stall", estimate.inSeconds, .seconds))
        context.log(.info, words.announcement(estimate, others, maxStall))
        let isTooLong = others.mayBeThere && estimate > maxStall.duration
        if isTooLong {
            measured.after(words.before).forEach(context.measure)
            return TaskResult(.warning, words.notBegun(estimate, maxStall))
        }
        if context.isDryRun { return TaskResult(.ok, words.wouldVacuum) }
        context.progress(nil, "rebuilding the database (\(ByteSize(bytes: words.before.databaseBytes)))")
        let report: VacuumReport
        do {
            report = try connection.vacuum(longestStall: maxStall.duration) {
                OtherProcesses(using: file.path).mayBeThere
            }
        } catch let error as SQLiteFileError {
            guard case .heldUpWriters = error.kind else { throw error }
            measured.after(words.before).forEach(context.measure)
            return TaskResult(.warning, words.stopped(maxStall))
        }
        if let stall = report.heldUpWriters {
            context.measure(TaskMeasurement("longest_stall", stall.inSeconds, .seconds))
        }
        return conclude(report.after, words.done)
    }

    private func conclude(_ inside: SQLiteFacts, _ summary: (SQLiteFacts) -> String) -> TaskResult {
        connection.close()
        // As anybody sees it now: to close the last connection of a WAL database is what removes its WAL.
        // The vacuum is done; where a look from outside fails, the one from inside stands.
        let after = (try? file.open(busyTimeout: .zero, deadline: context.workDeadline).facts()) ?? inside
        measured.after(after).forEach(context.measure)
        for line in words.notes(after) { context.log(.info, line) }
        return measured.judge(after, summary(after))
    }
}
