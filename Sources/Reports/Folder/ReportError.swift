package import DurableFiles
package import Maintenance
package import SystemPackage

/// A report that could not be stored or read.
package enum ReportError: Error, Hashable, CustomStringConvertible {
    /// The run has a folder; a report is written once and never again.
    case alreadyStored(RunIdentifier, FilePath)
    case notFound(RunIdentifier, FilePath)
    /// What is there is not the report that Ronde wrote; with the reason.
    case damaged(FilePath, String)
    /// The report cannot be put into JSON; with the reason.
    case notWritable(RunIdentifier, String)
    /// The system refused.
    case file(FileError)

    /// The system's refusal, where that is what happened; its `errno` tells a full disk from a missing right.
    package var fileError: FileError? {
        if case .file(let error) = self { error } else { nil }
    }

    package var description: String {
        switch self {
        case .alreadyStored(let run, let folder):
            "the run \(run) already has a report in '\(folder)', which stays as it is; give the run another name"
        case .notFound(let run, let folder):
            "there is no report of a run \(run) in '\(folder)'; 'ronde reports list' shows those there are"
        case .damaged(let path, let reason):
            "'\(path)' is not a whole report: \(reason); restore it from a backup or move its folder away"
        case .notWritable(let run, let reason): "the report of the run \(run) cannot be written as JSON: \(reason)"
        case .file(let error): "\(error)"
        }
    }
}
