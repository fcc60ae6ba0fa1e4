import DurableFiles
import Foundation
import Maintenance

extension ChecklistRunner {
    private var locks: LockTable { LockTable(folder: settings.locksFolder) }

    /// The turn of a checklist, whichever process has it now; what a killed process left open is closed first.
    ///
    /// One run at a time has it, or all those that share it.
    func takeTurn(_ checklist: String, _ order: Order) async throws(RunError) -> FileLock {
        let purpose = "a run of \(checklist), trigger \(order.trigger.rawValue)"
        if let turn = try attemptClosedTurn(checklist, order, purpose) { return turn }
        let holder = locks.holder(of: .checklist(checklist))
        switch order.overlap {
        case .refuse: throw .alreadyRunning(checklist: checklist, holder: holder)
        case .share(let isWanted), .wait(false, let isWanted):
            return try await wait(for: checklist, order, purpose, while: isWanted)
        case .wait(true, let isWanted):
            guard let place = try attemptTurn(.queue(checklist), purpose: "waiting: " + purpose) else {
                throw .alreadyRunning(checklist: checklist, holder: holder + ", and another run waits for it already")
            }
            defer { place.release() }
            return try await wait(for: checklist, order, purpose, while: isWanted)
        }
    }

    private func wait(
        for checklist: String, _ order: Order, _ purpose: String, while isWanted: @Sendable () -> Bool
    ) async throws(RunError) -> FileLock {
        while isWanted() && order.stop?.reason == nil {
            if let turn = try attemptClosedTurn(checklist, order, purpose) { return turn }
            do {
                try await Task.sleep(for: LockTable.pollInterval)
            } catch {
                break
            }
        }
        throw .stoppedWaiting(checklist: checklist)
    }

    /// The turn, if it is free for this order.
    private func attemptClosedTurn(
        _ checklist: String, _ order: Order, _ purpose: String
    ) throws(RunError) -> FileLock? {
        // Only who has the turn alone can know that no run is open in another process.
        if let turn = try attemptTurn(.checklist(checklist), purpose: purpose) {
            do {
                _ = try recorder.closeInterrupted(checklist: checklist)
            } catch {
                turn.release()
                throw error
            }
            guard case .share = order.overlap else { return turn }
            turn.release()
        }
        guard case .share = order.overlap else { return nil }
        return try attemptTurn(.checklist(checklist), .shared, purpose: purpose)
    }

    /// The turn, if it is free.
    func attemptTurn(
        _ name: LockName, _ mode: LockMode = .exclusive, purpose: String
    ) throws(RunError) -> FileLock? {
        try recorder.recording(nil) { try locks.attempt(name, mode, purpose: purpose) }
    }
}
