import Maintenance
import Runner

/// A firing that this process claimed in the ledger, and is to run.
struct Claim: Sendable {
    let firing: FiringRecord
    let trigger: RunTrigger
    /// The checklist as it was when the firing was claimed.
    let checklist: Checklist
    /// What runs it, by the configuration of that moment.
    let runner: any ChecklistRunning
    /// By what its run can be ended for a later firing.
    let stop = RunStop()
}
