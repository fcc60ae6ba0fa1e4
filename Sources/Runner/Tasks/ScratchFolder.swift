import DurableFiles
import Foundation
import Glibc
import Maintenance
package import SystemPackage

/// Where the tasks of one run, or a command, may put what nobody needs afterwards.
package struct ScratchFolder: Sendable {
    package let path: FilePath

    /// The scratch folder of a recorded run, whose name nobody else has.
    init(of run: RunIdentifier, in folder: FilePath) { path = folder.appending(run.rawValue) }

    /// A scratch folder for work that is not recorded; those of processes that are gone are removed on the way.
    package init(unrecordedIn folder: FilePath) {
        let prefix = "unrecorded-"
        // What cannot be listed or removed now is tried again next time.
        for name in (try? Folder.entries(of: folder)) ?? [] where name.hasPrefix(prefix) {
            guard let pid = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" }), pid > 0 else { continue }
            // As above.
            if kill(pid, 0) != 0, errno == ESRCH { try? Folder.removeTree(folder.appending(name)) }
        }
        path = folder.appending("\(prefix)\(getpid())-\(UInt32.random(in: 0...UInt32.max))")
    }

    func folder(of task: TaskDefinition) -> FilePath { path.appending(task.name) }

    package func remove() {
        // Nothing is read from it any more; what cannot be removed harms nobody.
        try? Folder.removeTree(path)
    }
}
