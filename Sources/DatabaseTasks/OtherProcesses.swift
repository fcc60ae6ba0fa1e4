import PluginKit
package import SQLiteFile
package import SystemPackage

/// Whether other processes use a database, as far as that can be known.
package struct OtherProcesses: Sendable {
    /// Nil where the system would not tell.
    package let openers: FileOpeners?

    /// Looks now.
    package init(using path: FilePath) {
        // Not to know is an answer: then somebody may.
        openers = try? SQLiteFile.openers(of: path)
    }

    /// Whether somebody else may have it open.
    package var mayBeThere: Bool { openers.map { !$0.isNobody } ?? true }

    /// As in `python3 (process 4711) has it open`, for a line of the log.
    package var words: String {
        guard let openers else { return "the system does not tell who else has the database open" }
        let named = openers.openers.prefix(3).map { "\($0)" }.joined(separator: ", ")
        let more = openers.openers.count > 3 ? " and \(openers.openers.count - 3) more" : ""
        let unseen = "\(openers.unseenProcesses) processes of other users cannot be looked into"
        switch (openers.openers.count, openers.isComplete) {
        case (0, true): return "no other process has the database open"
        case (0, false): return "no other process was seen to have the database open, but \(unseen)"
        case (let count, _):
            return "\(named)\(more) \(count == 1 ? "has" : "have") the database open"
                + (openers.isComplete ? "" : ", and \(unseen)")
        }
    }
}
