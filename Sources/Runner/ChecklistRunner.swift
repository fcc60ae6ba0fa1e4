import DurableFiles
package import Foundation
package import Maintenance
package import RunStore
import SystemPackage

/// Runs checklists: in order, one task at a time, and records what came of it.
package struct ChecklistRunner: Sendable {
    let settings: RunnerSettings
    let recorder: RunRecorder
    let clock: any WallClock

    package init(settings: RunnerSettings, store: RunStore, clock: any WallClock = SystemWallClock()) {
        self.settings = settings
        self.recorder = RunRecorder(settings: settings, store: store)
        self.clock = clock
    }

    /// What a run is to do beyond its checklist.
    package struct Order: Sendable {
        package var trigger: RunTrigger
        /// The firing it answers; nil for a run by hand.
        package var nominalTime: Date?
        /// Only these tasks, in their usual order; empty for all.
        package var onlyTasks: [String]
        package var isDryRun: Bool
        /// The account that starts it by hand.
        package var startedBy: String?
        /// What to do while another run of the checklist goes on.
        package var overlap: Overlap
        /// By what the run can be told to end before its time; nil where only cancellation does.
        package var stop: RunStop?

        package init(
            trigger: RunTrigger, nominalTime: Date? = nil, onlyTasks: [String] = [], isDryRun: Bool = false,
            startedBy: String? = nil, overlap: Overlap = .refuse, stop: RunStop? = nil
        ) {
            self.trigger = trigger
            self.nominalTime = nominalTime
            self.onlyTasks = onlyTasks
            self.isDryRun = isDryRun
            self.startedBy = startedBy
            self.overlap = overlap
            self.stop = stop
        }
    }

    /// What to do while another run of the checklist goes on.
    package enum Overlap: Sendable {
        case refuse
        /// Waits for it for as long as the answer is true; `isAlone` where only one may wait.
        case wait(isAlone: Bool = true, while: @Sendable () -> Bool)
        /// Runs beside others that are run so; waits for one that has its turn alone for as long as the answer is true.
        case share(while: @Sendable () -> Bool = { true })
    }

    /// Runs the checklist to its end, or until the calling task is cancelled, which is recorded too.
    ///
    /// - Throws: ``RunError`` where the run may not begin, or where its record could not be kept.
    package func run(
        _ checklist: Checklist, _ order: Order, observer: any RunObserver
    ) async throws(RunError) -> RunReport {
        let tasks = try selected(checklist, order)
        var report = try report(of: checklist, order)
        if order.isDryRun {
            let scratch = ScratchFolder(unrecordedIn: settings.scratchFolder)
            defer { scratch.remove() }
            observer.observe(.began(report))
            await sequence(tasks, of: checklist, order, scratch, observer).perform(into: &report) { _, _ in nil }
            observer.observe(.ended(report, folder: nil))
            return report
        }
        let turn = try await takeTurn(checklist.name, order)
        defer { turn.release() }
        (report.startedAt, report.endedAt) = (clock.now, clock.now)
        let run = try await recorder.begin(report)
        report.run = run
        let scratch = ScratchFolder(of: run, in: settings.scratchFolder)
        observer.observe(.began(report))
        let live = LiveRuns(stateFolder: settings.stateFolder)
        defer { live.remove(run) }
        let liveObserver = LiveRunObserver(report, in: live, clock: clock, telling: observer)
        report = await perform(tasks, of: checklist, order, scratch, report, liveObserver)
        // While the run is open: nobody would look for the scratch of one that is known to have ended.
        scratch.remove()
        return try await finish(report, observer)
    }

    /// Does the tasks, until ``Order/stop`` says that the run is to end.
    func perform(
        _ tasks: [TaskDefinition], of checklist: Checklist, _ order: Order, _ scratch: ScratchFolder,
        _ begun: RunReport, _ observer: any RunObserver
    ) async -> RunReport {
        let sequence = sequence(tasks, of: checklist, order, scratch, observer)
        let work: @Sendable () async -> RunReport = { [recorder] in
            var report = begun
            await sequence.perform(into: &report) { task, position in
                do throws(RunError) {
                    try await recorder.keep(task, position: position, of: begun.run)
                    return nil
                } catch {
                    return error
                }
            }
            return report
        }
        guard let stop = order.stop else { return await work() }
        // The work always answers, also when it is told to end.
        return await stop.watching(work) ?? begun
    }

    /// Ends what killed processes left open, and returns what was interrupted.
    package func closeInterrupted() throws(RunError) -> [RunReport] {
        var closed: [RunReport] = []
        for name in try recorder.checklistsWithOpenRuns() {
            // Who has the turn has closed what was open before.
            guard let turn = try attemptTurn(.checklist(name), purpose: "tidying up") else { continue }
            defer { turn.release() }
            closed += try recorder.closeInterrupted(checklist: name)
        }
        return closed
    }

    // MARK: What is to be run

    func selected(_ checklist: Checklist, _ order: Order) throws(RunError) -> [TaskDefinition] {
        let known = checklist.tasks.map(\.name)
        if let unknown = order.onlyTasks.first(where: { !known.contains($0) }) {
            throw .noSuchTask(unknown, checklist: checklist.name, known: known)
        }
        do {
            let sorted = try TaskOrder.sorted(checklist.tasks)
            return order.onlyTasks.isEmpty ? sorted : sorted.filter { order.onlyTasks.contains($0.name) }
        } catch {
            throw .notRecorded(nil, reason: error.description)
        }
    }

    private func report(of checklist: Checklist, _ order: Order) throws(RunError) -> RunReport {
        let now = clock.now
        guard let run = RunIdentifier(checklist: checklist.name, start: now, timeZone: settings.timeZone) else {
            throw .notRecorded(nil, reason: "'\(checklist.name)' cannot be part of a run's name")
        }
        var report = RunReport(
            run: run, checklist: checklist.name, title: checklist.title, service: checklist.service.name,
            outcome: .unknown, trigger: order.trigger, nominalTime: order.nominalTime, startedAt: now, endedAt: now,
            timezone: settings.timeZone.identifier, host: settings.host, dryRun: order.isDryRun, interruption: nil,
            tasks: [])
        report.startedBy = order.startedBy
        return report
    }

    private func sequence(
        _ tasks: [TaskDefinition], of checklist: Checklist, _ order: Order, _ scratch: ScratchFolder,
        _ observer: any RunObserver
    ) -> TaskSequence {
        TaskSequence(
            tasks: tasks, service: checklist.service, settings: settings, clock: clock, observer: observer,
            scratch: scratch, budget: TimeBudget(checklist.timeLimit), stop: order.stop)
    }
}
