package import Maintenance
package import Runner

/// What the scheduler asks of a runner: to run a checklist, and to end what a killed process left open.
package protocol ChecklistRunning: Sendable {
    /// - Throws: `RunError` where the run may not begin, or where its record could not be kept.
    func run(
        _ checklist: Checklist, _ order: ChecklistRunner.Order, observer: any RunObserver
    ) async throws(RunError) -> RunReport

    /// - Returns: the reports of what was interrupted, of any checklist.
    func closeInterrupted() throws(RunError) -> [RunReport]
}

extension ChecklistRunner: ChecklistRunning {}
