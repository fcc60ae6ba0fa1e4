import Globbing
import Maintenance
import PluginKit
import SystemPackage

/// What a service's own files are to be, without anybody saying so.
enum UsualRules {
    /// - Throws: `TaskFailure` where a path of the service cannot be read as one.
    static func rules(of service: Service) throws(TaskFailure) -> [PermissionRule] {
        var rules: [PermissionRule] = []
        for name in service.databases.keys.sorted() {
            guard let path = service.databases[name]?.sqlite else { continue }
            // SQLite gives what it keeps beside a database the database's own mode; who changed that one later did not
            // change these.
            for ending in ["", "-wal", "-shm", "-journal"] {
                rules.append(try rule(path + ending, .file, WantedMode(atMost: "0644"), mayBeMissing: !ending.isEmpty))
            }
        }
        guard let backups = service.backups else { return rules }
        let folders = [backups.daily, backups.weekly, backups.monthly] + backups.adopted.map(\.folder)
        var seen: Set<String> = []
        for folder in folders where seen.insert(folder).inserted {
            // One that lies in another is looked at with that one.
            if folders.contains(where: { $0 != folder && FilePath(folder).starts(with: FilePath($0)) }) { continue }
            for kind in [PermissionsConfiguration.Kind.folder, .file] {
                let mode = WantedMode(atMost: kind == .folder ? "0700" : "0600")
                rules.append(try rule(folder, kind, mode, isRecursive: true, mayBeMissing: true))
            }
        }
        return rules
    }

    private static func rule(
        _ path: String, _ kind: PermissionsConfiguration.Kind, _ mode: WantedMode?, isRecursive: Bool = false,
        mayBeMissing: Bool
    ) throws(TaskFailure) -> PermissionRule {
        do throws(PathPattern.Fault) {
            return PermissionRule(
                path: try PathPattern(literally: path), kind: kind, isRecursive: isRecursive, mode: mode, owner: nil,
                group: nil, mayBeMissing: mayBeMissing)
        } catch {
            throw TaskFailure(.unknown, "a path of service: \(error)")
        }
    }
}
