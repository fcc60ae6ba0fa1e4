import DurableFiles
import Foundation
package import Maintenance
import RunStore
import SystemPackage

extension ChecklistRunner {
    /// The runs that wait for a person, the longest wait first.
    ///
    /// - Throws: ``RunError``.
    package func waitingRuns() throws(RunError) -> [RunReport] { try recorder.waitingRuns() }

    /// Signs a task that waits, and goes on with what waited for it.
    ///
    /// The signature is recorded before anything else is done. A run that is killed after that is interrupted as any
    /// other, with the signature in its report.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - signing: what a person says.
    ///   - checklist: the checklist as it is now; its tasks that have waited are done as it says. Nil where there is none
    ///     any more: then they are skipped.
    ///   - observer: who is told of what is done then.
    /// - Returns: the run as it stands then: it has ended, or waits for another signature.
    /// - Throws: ``RunError``; with ``RunError/refused(_:)`` nothing was changed.
    package func sign(
        _ run: RunIdentifier, _ signing: Signing, checklist: Checklist?, observer: any RunObserver
    ) async throws(RunError) -> RunReport {
        guard let found = try recorder.waitingRuns(run).first else { throw .notWaiting(run) }
        // Before anybody is kept waiting for what could not be done anyway.
        _ = try Self.signed(found, signing)
        let turn = try await takeTurn(
            found.checklist, Order(trigger: found.trigger, overlap: .wait(isAlone: false) { !Task.isCancelled }))
        defer { turn.release() }
        let definitions = checklist?.tasks ?? []
        var refusal: RunError?
        var isOver = false
        let signed = try recorder.changeWaiting(run) { report in
            do throws(RunError) {
                report = Self.withoutLostTasks(try Self.signed(report, signing), definitions)
                isOver = Self.canGoOn(report, definitions)
                return isOver ? .goOn : .wait
            } catch {
                refusal = error
                return .leave
            }
        }
        if let refusal { throw refusal }
        guard let signed else { throw .notWaiting(run) }
        guard isOver else { return signed }
        guard let checklist else {
            var ended = signed
            ended.endedAt = clock.now
            ended.outcome = ended.tasks.map(\.outcome).worst
            return try await finish(ended, observer)
        }
        return try await goOn(signed, checklist, observer)
    }

    /// Does what has waited, and ends the run or lets it wait again.
    private func goOn(
        _ begun: RunReport, _ checklist: Checklist, _ observer: any RunObserver
    ) async throws(RunError) -> RunReport {
        let names = Set(begun.tasks.map(\.task))
        let order = Order(
            trigger: begun.trigger, nominalTime: begun.nominalTime,
            onlyTasks: checklist.tasks.map(\.name).filter(names.contains))
        let tasks = order.onlyTasks.isEmpty ? [] : try selected(checklist, order)
        let scratch = ScratchFolder(of: begun.run, in: settings.scratchFolder)
        observer.observe(.began(begun))
        let live = LiveRuns(stateFolder: settings.stateFolder)
        defer { live.remove(begun.run) }
        let liveObserver = LiveRunObserver(begun, in: live, clock: clock, telling: observer)
        let report = await perform(tasks, of: checklist, order, scratch, begun, liveObserver)
        scratch.remove()
        return try await finish(report, observer)
    }

    /// Ends a run, or lets it wait where a person is to act.
    func finish(_ report: RunReport, _ observer: any RunObserver) async throws(RunError) -> RunReport {
        if report.waits {
            try recorder.wait(report)
            observer.observe(.waits(report))
        } else {
            // Even if a task could not be kept on the way, the whole report may still fit.
            let folder = try await recorder.end(report)
            observer.observe(.ended(report, folder: folder.string))
        }
        return report
    }

    /// The run with the signature in it.
    private static func signed(_ report: RunReport, _ signing: Signing) throws(RunError) -> RunReport {
        guard let index = report.tasks.firstIndex(where: { $0.task == signing.task }) else {
            throw .noSuchTask(signing.task, checklist: report.checklist, known: report.tasks.map(\.task))
        }
        var report = report
        do throws(SigningRefusal) {
            report.tasks[index] = try signing.apply(to: report.tasks[index], startedBy: report.startedBy)
        } catch {
            throw .refused(error)
        }
        return report
    }

    /// Tasks that waited for others and are not in the checklist any more are skipped.
    private static func withoutLostTasks(_ report: RunReport, _ definitions: [TaskDefinition]) -> RunReport {
        var report = report
        let known = Set(definitions.map(\.name))
        for index in report.tasks.indices {
            let task = report.tasks[index]
            guard task.outcome == .waiting, !task.wantsSignature, !known.contains(task.task) else { continue }
            report.tasks[index].outcome = .skipped
            report.tasks[index].summary = "it is no longer in the checklist"
        }
        return report
    }

    /// Whether there is something to do before the next signature, or nothing left to wait for.
    private static func canGoOn(_ report: RunReport, _ definitions: [TaskDefinition]) -> Bool {
        let waiting = report.tasks.filter { $0.outcome == .waiting }
        if waiting.isEmpty { return true }
        let open = Set(waiting.map(\.task))
        return waiting.contains { task in
            guard !task.wantsSignature, let definition = definitions.first(where: { $0.name == task.task }) else {
                return false
            }
            return open.isDisjoint(with: definition.needs)
        }
    }
}
