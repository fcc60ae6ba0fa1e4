import Foundation
import Maintenance
package import SystemPackage

/// Why a restore was refused or given up: where, what, and what to do.
///
/// Unless it is ``unresolved(_:target:reason:)``, the database is what it was before.
package enum RestoreError: Error, Sendable {
    case sourceMissing(FilePath)
    case sourceNotAFile(FilePath)
    case sourceUnknown(FilePath, reason: String)
    /// The file is the database that it is to replace.
    case sourceIsTarget(FilePath)
    case needsKey(FilePath)
    /// Nobody named this set, and it does not count as a backup.
    case doesNotCount(String, reason: String)
    /// What would be restored is damaged.
    case sourceDamaged(FilePath, findings: [String])
    /// What came out of a set is not what its manifest tells.
    case notTheSet(FilePath, reason: String)
    case targetNotAFile(FilePath)
    case folderUnusable(FilePath, cause: String)
    case noRoom([RestorePlan.Room])
    /// The confirmed plan is not the one that would be carried out now.
    case otherPlan(confirmed: String, now: RestorePlan)
    /// Another task or restore has the database's lock.
    case locked(FilePath, holder: String?)
    case stillOpen(FilePath, [DatabaseOpener], advice: String)
    /// SQLite's exclusive lock could not be had.
    case inUse(FilePath, reason: String)
    case changedMeanwhile(FilePath)
    case serviceNotStopped(String)
    /// Nothing was replaced, but the service that was stopped for it does not start again.
    case leftStopped(cause: String, start: String)
    case noSafetyBackup(FilePath, reason: String)
    case cannotGiveAway(FilePath, owner: UInt32, group: UInt32, cause: String)
    case nothingToUndo(FilePath)
    /// What the last restore replaced is not there any more, or is not what it was.
    case replacedIsGone(FilePath, reason: String)
    /// The record of a restore cannot be read.
    case recordUnusable(FilePath, reason: String)
    /// A restore that could be neither finished nor undone; its record stays, and the next command tries again.
    case unresolved(String, target: FilePath, reason: String)
}

extension RestoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sourceMissing(let path): "\(path): there is no such file; nothing was changed"
        case .sourceNotAFile(let path): "\(path): this is not a regular file; nothing was changed"
        case .sourceUnknown(let path, let reason):
            "\(path): cannot restore from this file: \(reason); give a SQLite database or SQL text, plain or as .gz or"
                + " .zst. Nothing was changed."
        case .sourceIsTarget(let path): "\(path): this file is the database itself; name the backup to restore"
        case .needsKey(let path):
            "\(path): this file is encrypted, and no key for it is configured; name its identity or passphrase file."
                + " Nothing was changed."
        case .doesNotCount(let name, let reason):
            "\(name) does not count as a backup: \(reason); to restore it all the same, give its name"
        case .sourceDamaged(let path, let findings):
            "\(path): what would be restored is damaged: \(Self.shown(findings)). Nothing was changed. Choose another"
                + " backup, or save what can be read with: ronde backups repair"
        case .notTheSet(let path, let reason):
            "\(path): this is not what was backed up: \(reason). Nothing was changed; choose another set."
        case .targetNotAFile(let path):
            "\(path): this is to be the service's database, but it is no regular file; correct the path in the"
                + " configuration"
        case .folderUnusable(let path, let cause):
            "\(path): the database's folder cannot be used for a restore: \(cause)"
        case .noRoom(let rooms):
            "no room for this restore: "
                + rooms.filter { !$0.isEnough }.map(\.description).joined(separator: "; ")
                + ". Free space and try again; nothing was changed."
        case .otherPlan(let confirmed, let now):
            "the plan \(confirmed) no longer fits: source or database has changed since; the plan is now \(now.id)."
                + " Look at it and confirm that one. Nothing was changed."
        case .locked(let path, let holder):
            "\(path): the database is in use by \(holder ?? "another task of Ronde"); try again when it has ended"
        case .stillOpen(let path, let openers, let advice):
            "\(path): still open in \(openers.map(\.description).joined(separator: ", ")); \(advice)"
        case .inUse(let path, let reason):
            "\(path): cannot get this database for itself alone: \(reason); end what uses it. Nothing was changed."
        case .changedMeanwhile(let path):
            "\(path): something wrote to the database while it was being replaced; end what uses it and try again."
                + " Nothing was changed."
        case .serviceNotStopped(let reason): "the service could not be stopped: \(reason). Nothing was changed."
        case .leftStopped(let cause, let start):
            "\(cause) The service was stopped for this and could not be started again: \(start); start it by hand"
        case .noSafetyBackup(let path, let reason):
            "\(path): no safety backup of the present database could be made: \(reason). Nothing was changed."
        case .cannotGiveAway(let path, let owner, let group, let cause):
            "\(path): cannot give the restored file to its owner (user id \(owner), group id \(group)): \(cause); run"
                + " as that user or as root. Nothing was changed."
        case .nothingToUndo(let path): "\(path): no restore of this database is left to undo"
        case .replacedIsGone(let path, let reason):
            "\(path): cannot put back what the last restore replaced: \(reason); restore a backup instead"
        case .recordUnusable(let path, let reason):
            "\(path): this record of a restore cannot be used: \(reason); look at the files beside the database that"
                + " are named .NAME.restore-…, then move this record's folder away"
        case .unresolved(let id, let target, let reason):
            "\(target): the restore \(id) could be neither finished nor undone: \(reason). Mend that; the next ronde"
                + " backups command tries again."
        }
    }

    private static func shown(_ findings: [String]) -> String {
        let first = findings.prefix(3).map { $0.split(separator: "\n").joined(separator: ", ") }.joined(separator: "; ")
        return findings.count > 3 ? "\(first); and \(findings.count - 3) more" : first
    }
}
