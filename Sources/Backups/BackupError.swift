import Foundation
import Maintenance
package import SystemPackage

/// Why no backup was made, or why one that was made is not complete: where, what, and what to do.
package enum BackupError: Error, Hashable {
    case folderIsLink(FilePath, target: FilePath)
    case notAFolder(FilePath)
    case folderNotWritable(FilePath, cause: String)
    /// Another process publishes or prunes there.
    case folderBusy(FilePath, holder: String?)
    /// Less room than the backup may need, in bytes.
    case noRoom(FilePath, needed: Int, available: Int, purpose: String)
    /// Every name of that second is taken.
    case noFreeName(FilePath, name: String)
    /// The copy has faults that the live database must have too.
    case sourceDamaged(FilePath, findings: [String], quarantine: FilePath?, lastGood: String?)
    /// What was stored does not give back what was copied.
    case notProven(FilePath, reason: String, quarantine: FilePath?, lastGood: String?)
    /// The set is safe in its first folder, but not everything was done.
    case incomplete(FilePath, what: String)
    /// Pruning that would keep nothing.
    case keepsNothing(Int)
    /// What is known of the sets of a folder cannot be read.
    case recordDamaged(FilePath, reason: String)
    /// No set has that name.
    case noSuchSet(String, nearest: [String])
    /// What was asked for makes no sense for that set, and why.
    case notApplicable(String, why: String)
    /// Other sets would go now than those that the plan named.
    case planChanged(FilePath)
}

extension BackupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .folderIsLink(let path, let target):
            "\(path): the backup folder is a symbolic link to '\(target)'; name that folder itself in the configuration"
        case .notAFolder(let path):
            "\(path): this is to be a folder for backups, but it is something else; move it away or name another folder"
        case .folderNotWritable(let path, let cause):
            "\(path): cannot write backups there: \(cause)"
        case .folderBusy(let path, let holder):
            "\(path): another backup is being stored there\(holder.map { " by \($0)" } ?? ""); try again when it has ended"
        case .noRoom(let path, let needed, let available, let purpose):
            "\(path): no room for \(purpose): up to \(ByteSize(bytes: Int64(needed))) needed,"
                + " \(ByteSize(bytes: Int64(available))) free; free space or name another folder. Nothing was changed."
        case .noFreeName(let path, let name): "\(path): every name from '\(name)' on is taken; look into that folder"
        case .sourceDamaged(let path, let findings, let quarantine, let lastGood):
            "\(path): the database is damaged: \(Self.shown(findings)). \(Self.kept(quarantine))\(Self.last(lastGood))"
                + " Nothing was pruned. Keep the file, and restore the last verified backup."
        case .notProven(let path, let reason, let quarantine, let lastGood):
            "\(path): the new backup failed its verification: \(reason). \(Self.kept(quarantine))\(Self.last(lastGood))"
                + " Nothing was pruned. Check disk and memory, then try again."
        case .incomplete(let path, let what): "\(path): this backup is stored and verified, but \(what)"
        case .keepsNothing(let keep): "keep: \(keep) would keep no backup; it must be at least 1"
        case .recordDamaged(let path, let reason):
            "\(path): not a usable record of pins and drills: \(reason). Nothing is pruned until it is mended or removed;"
                + " if it is removed, pins are gone and sets in doubt count again."
        case .noSuchSet(let text, let nearest):
            nearest.isEmpty
                ? "no backup is named '\(text)', and there is none that counts"
                : "no backup is named '\(text)'; the nearest: \(nearest.joined(separator: ", "))"
        case .notApplicable(let name, let why): "\(name): \(why)"
        case .planChanged(let path):
            "\(path): other backups came or went since the plan was made; make a new one. Nothing was removed."
        }
    }

    private static func shown(_ findings: [String]) -> String {
        // One row of SQLite's may have a hundred lines below a heading, and what to do must not be cut off after them.
        let lines = findings.flatMap { $0.split(separator: "\n") }.filter { !$0.hasPrefix("*** in database ") }
        let first = lines.prefix(3).map { $0.prefix(120) }.joined(separator: "; ")
        return lines.count > 3 ? "\(first); and \(lines.count - 3) more" : first
    }

    private static func kept(_ quarantine: FilePath?) -> String {
        quarantine.map { "The copy is kept apart as '\($0)'." } ?? "No copy was kept."
    }

    private static func last(_ good: String?) -> String {
        good.map { " The last verified backup is \($0)." } ?? " There is no earlier verified backup."
    }
}
