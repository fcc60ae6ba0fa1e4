import Archiving
import Backups
import Digests
import DurableFiles
import Foundation
import Maintenance
import SQLiteFile
import SystemPackage

/// What is known of a source before it is restored.
struct SourceFacts {
    var plan: RestorePlan.Source
    /// What tells this source from any other, for the plan's id.
    var identity: String
    var tables: [TableContents]?
    /// The room that the new database takes beside the old one.
    var stagedBytes: Int
    /// Whether the new database is to be in WAL mode, where there is no old one that would tell.
    var isWAL: Bool?
    var warnings: [String] = []
    /// The record of the restore that is undone.
    var undone: RestoreRecord?
}

/// Looks at a source on behalf of a plan.
struct SourceLook {
    let planner: RestorePlanner
    let look: TargetLook

    private var tools: RestoreTools { planner.tools }

    func look(at source: RestoreSource) async throws -> SourceFacts {
        switch source {
        case .set(let known, let isNamed): try await ofSet(known, isNamed: isNamed)
        case .file(let path): try await ofFile(path)
        case .replaced: try ofReplaced()
        }
    }

    private func ofSet(_ known: KnownSet, isNamed: Bool) async throws -> SourceFacts {
        let set = known.set
        var warnings: [String] = []
        if let reason = known.whyNot {
            guard isNamed else { throw RestoreError.doesNotCount(set.title, reason: reason) }
            warnings.append("\(set.title) does not count as a backup: \(reason)")
        }
        let manifest = try set.manifest()
        guard let file = manifest.files.first else {
            throw RestoreError.notTheSet(set.manifestPath, reason: "its manifest lists no file")
        }
        let path = set.folder.appending(file.name)
        let isEncrypted = try tools.isEncrypted(FileCopy.start(of: path, count: 4096))
        if isEncrypted, tools.decrypt == nil { throw RestoreError.needsKey(path) }
        let format = "SQLite database" + (file.compression == "none" ? "" : ", \(file.compression)")
        return SourceFacts(
            plan: RestorePlan.Source(
                kind: .set, name: "\(set.name)", path: path.string, format: format + (isEncrypted ? ", encrypted" : ""),
                bytes: file.bytes, unpackedBytes: file.uncompressedBytes, sha256: file.sha256.hex,
                instant: manifest.instant, ageSeconds: tools.now().timeIntervalSince(manifest.instant),
                verifiedAt: known.provenAt),
            identity: "set \(path) \(try set.manifestFile().sha256)", tables: manifest.database.tables,
            stagedBytes: file.uncompressedBytes + (isEncrypted ? file.bytes : 0),
            isWAL: manifest.database.journalMode == "wal", warnings: warnings)
    }

    private func ofFile(_ path: FilePath) async throws -> SourceFacts {
        let content = try StoredContent.look(at: path, isEncrypted: tools.isEncrypted)
        if content.kind == .encrypted, tools.decrypt == nil { throw RestoreError.needsKey(path) }
        guard let facts = try FileFacts.of(path, followingLinks: true) else { throw RestoreError.sourceMissing(path) }
        if facts.inode == look.stamp.main?.inode, try facts.isSameFile(as: targetFacts ?? facts) {
            throw RestoreError.sourceIsTarget(path)
        }
        let store = RestoreStore(folder: planner.target.records)
        let scratch = store.folder.appending("plan-\(UUID().uuidString)")
        try Folder.create(scratch)
        // What stays is scratch in Ronde's own folder; the next restore of this database clears it.
        defer { try? Folder.removeTree(scratch) }
        let new = scratch.appending("planned.db")
        let staged = try await Staging(tools: tools, scratch: scratch).build(path, at: new)
        let unpacked = Int(staged.facts.databaseBytes)
        let stored = try await CompressedFile.verify(at: path, as: .plain, limit: Int.max)
        let count = staged.foreignKeyViolations
        let warnings = count == 0 ? [] : ["\(count) of its rows refer to rows that are not there"]
        return SourceFacts(
            plan: RestorePlan.Source(
                kind: .file, name: path.lastComponent?.string ?? path.string, path: path.string,
                format: content.description, bytes: stored.bytes, unpackedBytes: unpacked, sha256: stored.sha256.hex,
                instant: nil, ageSeconds: nil, verifiedAt: nil),
            identity:
                "file \(stored.sha256) \(staged.facts.schemaHash) \(try SHA256Digest(of: Array("\(staged.tables)".utf8)))",
            tables: staged.tables, stagedBytes: unpacked * (content.kind == .encrypted ? 2 : 1),
            isWAL: nil, warnings: warnings)
    }

    private var targetFacts: FileFacts? {
        get throws { try FileFacts.of(look.path, followingLinks: true) }
    }

    private func ofReplaced() throws -> SourceFacts {
        let record = try RestoreStore(folder: planner.target.records).undoable(at: look.path)
        guard let swap = record.swap else { throw RestoreError.nothingToUndo(look.path) }
        let path = FilePath(swap.outgoing.path)
        guard swap.outgoing.inode != nil else {
            return SourceFacts(
                plan: RestorePlan.Source(kind: .nothing, name: "no database", bytes: 0, instant: record.changed),
                identity: "nothing, as before \(record.id)", tables: [], stagedBytes: 0,
                warnings: ["there was no database before the restore \(record.id); this one is moved aside"],
                undone: record)
        }
        let stamp = try DatabaseStamp.of(path)
        guard let main = stamp.main, main.inode == swap.outgoing.inode else {
            throw RestoreError.replacedIsGone(look.path, reason: "'\(path)' is missing, or is another file")
        }
        var warnings: [String] = []
        if !record.isSettled {
            warnings.append("the replaced database could not be read when it was replaced; it comes back as it was")
        }
        return SourceFacts(
            plan: RestorePlan.Source(
                kind: .replaced, name: "the database before the restore \(record.id)", path: path.string,
                format: "SQLite database", bytes: main.bytes + (stamp.wal?.bytes ?? 0), unpackedBytes: main.bytes,
                sha256: nil, instant: record.changed, ageSeconds: tools.now().timeIntervalSince(record.changed),
                verifiedAt: nil),
            identity: "replaced \(record.id) \(main.inode) \(main.bytes) \(main.modified)",
            tables: record.isSettled ? record.replaced : nil, stagedBytes: 0, isWAL: nil, warnings: warnings,
            undone: record)
    }
}
