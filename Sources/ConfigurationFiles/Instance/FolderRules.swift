import Foundation
import SystemPackage
import YAMLDocument

/// Refuses folders that would get into each other's way.
///
/// A folder within another is fine: the runbook keeps its weekly backups below the daily ones.
final class FolderRules {
    private struct Use {
        let path: FilePath
        let what: String
        /// Where the folder is named; nil for a default.
        let reader: ValueReader?
    }

    private var backups: [Use] = []

    /// Notes a folder of backups, to be compared with all others in the end.
    func addBackups(_ path: FilePath, _ what: String, at reader: ValueReader) {
        backups.append(Use(path: path, what: what, reader: reader))
    }

    /// Records each folder of backups that is used twice, or for something else.
    func check(_ folders: Instance.Folders) {
        var uses: [String: String] = [:]
        uses[Self.identity(folders.schedules)] = "the schedules"
        for plugins in folders.plugins { uses[Self.identity(plugins)] = "the plugins" }
        uses[Self.identity(folders.reports)] = "the reports"
        uses[Self.identity(folders.state)] = "the state"
        for use in backups {
            let identity = Self.identity(use.path)
            if let other = uses[identity] {
                use.reader?.mistake(
                    "this is the folder of \(other) too; give \(use.what) one of their own, "
                        + "so that pruning one does not prune the other")
            } else {
                uses[identity] = use.what
            }
        }
    }

    /// The same for two names of one folder, where it is there already.
    private static func identity(_ path: FilePath) -> String {
        URL(fileURLWithPath: path.string, isDirectory: true).resolvingSymlinksInPath().path
    }
}
