import DurableFiles
package import Foundation
import Maintenance
package import SystemPackage

/// The records of all restores of one state folder.
package struct RestoreStore: Sendable {
    private static let fileName = "restore.json"
    private static let longest = 16 << 20

    /// `<state>/restores`.
    package let folder: FilePath

    package init(folder: FilePath) { self.folder = folder }

    /// All records, oldest first.
    ///
    /// - Throws: ``RestoreError/recordUnusable(_:reason:)``, `FileError`.
    package func records() throws -> [RestoreRecord] {
        guard try FileFacts.of(folder, followingLinks: true) != nil else { return [] }
        return try Folder.entries(of: folder).compactMap { name in
            let path = folder.appending(name).appending(Self.fileName)
            // A folder whose first record was not written yet belongs to a restore that has changed nothing.
            guard try FileFacts.of(path, followingLinks: false) != nil else { return nil }
            return try read(path)
        }.sorted { ($0.began, $0.id) < ($1.began, $1.id) }
    }

    /// The restores of a database that have not ended: one is running now, or was cut short.
    package func unfinished(of path: FilePath) throws -> [RestoreRecord] {
        try records().filter { !$0.phase.hasEnded && $0.plan.target.resolvedPath == path.string }
    }

    /// The last restore of a database that went through, if what it replaced was kept.
    ///
    /// - Throws: ``RestoreError/nothingToUndo(_:)``, or what ``records()`` throws.
    func undoable(at path: FilePath) throws -> RestoreRecord {
        let last = try records().last { $0.phase == .restored && $0.plan.target.resolvedPath == path.string }
        guard let last, last.swap != nil else { throw RestoreError.nothingToUndo(path) }
        return last
    }

    /// Removes what earlier restores of a database replaced and what is also in a verified set.
    ///
    /// `record` is the restore that has just gone through.
    ///
    /// - Throws: `FileError`, or what ``records()`` throws.
    func discardReplaced(before record: RestoreRecord) throws {
        let path = record.plan.target.resolvedPath
        for var earlier in try records()
        where earlier.id != record.id && earlier.phase == .restored && earlier.plan.target.resolvedPath == path {
            guard let swap = earlier.swap else { continue }
            if earlier.id == record.undoes {
                earlier.notes.append("undone by \(record.id)")
            } else if earlier.safetyBackup != nil {
                try DatabaseFiles(main: FilePath(swap.outgoing.path)).remove()
                earlier.notes.append("what it replaced was removed; it is in the set \(earlier.safetyBackup ?? "")")
            } else {
                continue
            }
            earlier.swap = nil
            try write(earlier)
        }
    }

    /// Forgets restores that ended before an instant, and removes the files beside the databases that they kept.
    ///
    /// - Returns: the ids, oldest first.
    /// - Throws: `FileError`, or what ``records()`` throws.
    package func expire(before instant: Date) throws -> [String] {
        try records().filter { $0.phase.hasEnded && $0.changed < instant }.map { record in
            if let swap = record.swap {
                let kept = record.phase == .restored ? swap.outgoing : swap.incoming
                // A file that has its name back, or was moved by a person, is not the one that was kept.
                if try FileStamp.of(FilePath(kept.path))?.inode == kept.inode {
                    try DatabaseFiles(main: FilePath(kept.path)).remove()
                }
            }
            try Folder.removeTree(folder(of: record.id))
            return record.id
        }
    }

    /// Removes what plans that were cut short left in the folder a day ago or earlier.
    func removeScratch(now: Date) throws {
        guard try FileFacts.of(folder, followingLinks: true) != nil else { return }
        for name in try Folder.entries(of: folder) where name.hasPrefix("plan-") {
            let path = folder.appending(name)
            guard let facts = try FileFacts.of(path, followingLinks: false) else { continue }
            if now.timeIntervalSince(facts.modified) > 86_400 { try Folder.removeTree(path) }
        }
    }

    /// Makes the folder of a restore under a name that no other has.
    func begin(_ plan: RestorePlan, at now: Date) throws -> RestoreRecord {
        try Folder.create(folder)
        let stamp = InstantText.format(now, in: .gmt).prefix(19).filter { $0 != "-" && $0 != ":" }
            .replacingOccurrences(of: "T", with: "-")
        while true {
            let id = stamp + "-" + String(UInt16.random(in: .min ... .max) | 0x1000, radix: 16)
            let path = folder.appending(id)
            if try FileFacts.of(path, followingLinks: false) != nil { continue }
            try Folder.create(path)
            let record = RestoreRecord(id: id, plan: plan, began: now)
            try write(record)
            return record
        }
    }

    /// A restore's own folder, also for scratch files.
    func folder(of id: String) -> FilePath { folder.appending(id) }

    /// Puts a record on the device.
    func write(_ record: RestoreRecord) throws {
        let text = try RecordCoding.encoder(indented: true).encode(record)
        try DurableFile.write(
            [UInt8](text) + [0x0A], to: folder(of: record.id).appending(Self.fileName), permissions: .ownerReadWrite)
    }

    private func read(_ path: FilePath) throws -> RestoreRecord {
        do {
            return try RecordCoding.decoder().decode(
                RestoreRecord.self, from: Data(DurableFile.read(path, limit: Self.longest)))
        } catch let error as DecodingError {
            throw RestoreError.recordUnusable(path, reason: RecordCoding.explain(error))
        }
    }
}
