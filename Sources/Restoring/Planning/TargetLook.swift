import DurableFiles
import Glibc
import SQLiteFile
import SystemPackage

/// What lies where the database is to be, looked at without changing it.
struct TargetLook {
    /// Without symbolic links.
    let path: FilePath
    let plan: RestorePlan.Target
    /// Nil where they cannot be read.
    let tables: [TableContents]?
    let stamp: DatabaseStamp
    let access: FileAccess?
    /// Nil where that cannot be told.
    let isWAL: Bool?

    /// - Throws: ``RestoreError`` where a file cannot be put there; `FileError`, `SQLiteFileError` of kind `permission`.
    static func look(at target: RestoreTarget) throws -> TargetLook {
        let path = try target.resolved()
        guard FilePath(path.string) == path else {
            throw RestoreError.folderUnusable(path, cause: "its path is not UTF-8, and a record could not name it")
        }
        try checkFolder(of: path)
        let stamp = try DatabaseStamp.of(path)
        let found = try read(path)
        return TargetLook(
            path: path,
            plan: RestorePlan.Target(
                path: target.path.string, resolvedPath: path.string, condition: found.condition, detail: found.detail,
                bytes: stamp.main?.bytes ?? 0, walBytes: stamp.wal?.bytes ?? 0, journalMode: found.journalMode),
            tables: found.tables, stamp: stamp, access: try FileAccess.of(path), isWAL: try isWAL(path))
    }

    private struct Reading {
        var condition: RestorePlan.Target.Condition
        var detail: String?
        var journalMode: String?
        var tables: [TableContents]?
    }

    private static func read(_ path: FilePath) throws -> Reading {
        guard let facts = try FileFacts.of(path, followingLinks: false) else { return Reading(condition: .missing) }
        guard facts.kind == .file else { throw RestoreError.targetNotAFile(path) }
        if facts.size == 0 { return Reading(condition: .empty) }
        do {
            let connection = try SQLiteFile(path: path).open()
            defer { connection.close() }
            return try connection.withSnapshot {
                Reading(
                    condition: .readable, journalMode: try connection.facts().journalMode,
                    tables: try connection.contents())
            }
        } catch let error as SQLiteFileError {
            switch error.kind {
            case .unfinishedWrite: return Reading(condition: .unfinishedWrite)
            case .busy: return Reading(condition: .busy, detail: error.message)
            case .damaged, .notADatabase, .inputOutput, .other:
                return Reading(condition: .damaged, detail: error.message)
            default: throw error
            }
        }
    }

    private static func checkFolder(of path: FilePath) throws {
        let folder = Folder.parent(of: path)
        // Asked of the system, which knows of read-only mounts and access lists.
        guard folder.withPlatformString({ Glibc.access($0, R_OK | W_OK | X_OK) }) == 0 else {
            let error = FileError(
                operation: "write", path: folder.appending("new"), errno: Errno(rawValue: errno))
            throw RestoreError.folderUnusable(folder, cause: error.cause)
        }
    }

    /// What the header says (sqlite.org/fileformat2.html, 1.3.3), also of a database that is damaged elsewhere.
    private static func isWAL(_ path: FilePath) throws -> Bool? {
        guard try FileStamp.of(path)?.bytes ?? 0 >= 20 else { return nil }
        let start = try FileCopy.start(of: path, count: 20)
        guard start.count == 20, start.starts(with: "SQLite format 3".utf8), (1...2).contains(start[18]) else {
            return nil
        }
        return start[18] == 2
    }
}

/// Who may do what with a file.
struct FileAccess: Hashable, Sendable {
    let owner: UInt32
    let group: UInt32
    let permissions: FilePermissions

    static func of(_ path: FilePath) throws -> FileAccess? {
        guard let status = try FileStatus.of(path) else { return nil }
        return FileAccess(
            owner: status.st_uid, group: status.st_gid, permissions: FilePermissions(rawValue: status.st_mode & 0o7777))
    }

    /// Gives a file this owner, group and these permissions.
    ///
    /// - Throws: ``RestoreError/cannotGiveAway(_:owner:group:cause:)``, `FileError`.
    func apply(to path: FilePath) throws {
        if try FileAccess.of(path)?.owner != owner || FileAccess.of(path)?.group != group {
            guard path.withPlatformString({ lchown($0, owner, group) }) == 0 else {
                let error = FileError(operation: "change the owner of", path: path, errno: Errno(rawValue: errno))
                throw RestoreError.cannotGiveAway(path, owner: owner, group: group, cause: error.cause)
            }
        }
        // After the owner, whose change takes special bits away.
        try OpenFile.reading(path, followingLinks: false).setPermissions(permissions)
    }
}
