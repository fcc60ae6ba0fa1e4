import Foundation
package import Maintenance
package import PluginKit

/// What happens during a run, for those who watch it.
package enum RunEvent: Sendable {
    case began(RunReport)
    /// Another holder has a lock that the task needs.
    case waitingForLock(TaskDefinition, holder: String)
    case taskBegan(TaskDefinition, attempt: Int)
    case taskSaid(TaskDefinition, PluginEvent)
    case retrying(TaskDefinition, after: Duration, TaskResult)
    case taskEnded(TaskReport)
    /// The run waits for a person; it may go on in another process.
    case waits(RunReport)
    /// The run is over and its report is stored; `folder` is nil for a dry run, which stores none.
    case ended(RunReport, folder: String?)
}

/// Who watches a run; called in order, from one task at a time.
package protocol RunObserver: Sendable {
    func observe(_ event: RunEvent)
}

/// Watches nothing.
package struct SilentObserver: RunObserver {
    package init() {}
    package func observe(_ event: RunEvent) {}
}
