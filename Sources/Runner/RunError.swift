package import Maintenance

/// Why a run could not begin, or could not be recorded.
package enum RunError: Error, CustomStringConvertible {
    /// Another run of the checklist has not ended; the text says whose.
    case alreadyRunning(checklist: String, holder: String)
    /// It gave up waiting for another run of the checklist, because it was told to stop.
    case stoppedWaiting(checklist: String)
    /// The record of the run could not be kept: nothing further may be started.
    case notRecorded(RunIdentifier?, reason: String)
    case noSuchTask(String, checklist: String, known: [String])
    /// No run of this name waits for a person.
    case notWaiting(RunIdentifier)
    /// A signature that does not count.
    case refused(SigningRefusal)

    package var description: String {
        switch self {
        case .alreadyRunning(let checklist, let holder):
            "\(checklist) is running already: \(holder). Wait for it, or look at it with 'ronde reports list'."
        case .stoppedWaiting(let checklist):
            "\(checklist) was told to stop while it waited for another run to end"
        case .notRecorded(let run, let reason):
            "the record of \(run?.rawValue ?? "the run") could not be kept: \(reason)"
        case .noSuchTask(let task, let checklist, let known):
            "\(checklist) has no task '\(task)'; it has: \(known.joined(separator: ", "))"
        case .notWaiting(let run):
            "no run '\(run)' waits for a person; 'ronde status' shows those that do"
        case .refused(let refusal): "\(refusal)"
        }
    }
}
