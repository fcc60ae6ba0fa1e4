import Logging
import Maintenance
import RunStore
import Runner
import ServiceLifecycle

/// Runs a claimed firing, and settles it in the ledger.
struct ClaimedRun: Sendable {
    let claim: Claim
    let overlap: OverlapPolicy
    let store: RunStore
    let observer: any RunObserver

    /// - Returns: the firing as it was settled; nil where it was given back because the daemon stops.
    /// - Throws: `RunError` or `RunStoreError` where something could not be recorded: then nothing more may start.
    func perform() async throws -> FiringRecord? {
        if Task.isCancelled || Task.isShuttingDownGracefully { return try giveBack() }
        var firing = claim.firing
        // Told to end just after it got its place.
        if let reason = claim.stop.reason { return try await settle(firing, .skipped, "overlap: \(reason)") }
        let report: RunReport
        do throws(RunError) {
            let order = ChecklistRunner.Order(
                trigger: claim.trigger, nominalTime: firing.nominalTime, overlap: runnerOverlap, stop: claim.stop)
            report = try await claim.runner.run(claim.checklist, order, observer: observer)
        } catch {
            switch error {
            case .alreadyRunning(_, let holder): return try await settle(firing, .skipped, "overlap: \(holder)")
            case .stoppedWaiting:
                guard let reason = claim.stop.reason else { return try giveBack() }
                return try await settle(firing, .skipped, "overlap: \(reason)")
            case .notRecorded, .noSuchTask, .notWaiting, .refused: throw error
            }
        }
        firing.run = report.run
        return try await settle(firing, claim.trigger == .late ? .late : .ran, report.interruption)
    }

    private func settle(
        _ firing: FiringRecord, _ state: FiringState, _ reason: String?
    ) async throws -> FiringRecord {
        var firing = firing
        (firing.state, firing.reason) = (state, reason)
        try await store.settleTogether(firing)
        return firing
    }

    private func giveBack() throws -> FiringRecord? {
        try store.giveBack([claim.firing])
        return nil
    }

    /// What the runner is to do about runs that this process did not start: those by hand, and other daemons'.
    private var runnerOverlap: ChecklistRunner.Overlap {
        let isWanted: @Sendable () -> Bool = { !Task.isShuttingDownGracefully }
        return switch overlap {
        case .skip: .refuse
        case .queueOne: .wait(while: isWanted)
        case .queueAll, .cancelRunning, .killRunning: .wait(isAlone: false, while: isWanted)
        case .allow: .share(while: isWanted)
        }
    }
}
