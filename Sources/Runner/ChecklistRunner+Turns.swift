import DurableFiles
import Foundation
import Maintenance

extension ChecklistRunner {
    private var locks: LockTable { LockTable(folder: settings.locksFolder) }

    /// One run of a checklist at a time, whichever process it is in, and at most one that waits.
    func takeTurn(_ checklist: String, _ order: Order) async throws(RunError) -> FileLock {
        let purpose = "a run of \(checklist), trigger \(order.trigger.rawValue)"
        if let turn = try attemptTurn(.checklist(checklist), purpose: purpose) { return turn }
        let holder = locks.holder(of: .checklist(checklist))
        guard case .wait(let isWanted) = order.overlap else {
            throw .alreadyRunning(checklist: checklist, holder: holder)
        }
        guard let place = try attemptTurn(.queue(checklist), purpose: "waiting: " + purpose) else {
            throw .alreadyRunning(checklist: checklist, holder: holder + ", and another run waits for it already")
        }
        defer { place.release() }
        while isWanted() {
            if let turn = try attemptTurn(.checklist(checklist), purpose: purpose) { return turn }
            do {
                try await Task.sleep(for: LockTable.pollInterval)
            } catch {
                break
            }
        }
        throw .stoppedWaiting(checklist: checklist)
    }

    /// The turn, if it is free.
    func attemptTurn(_ name: LockName, purpose: String) throws(RunError) -> FileLock? {
        try recorder.recording(nil) { try locks.attempt(name, .exclusive, purpose: purpose) }
    }
}
