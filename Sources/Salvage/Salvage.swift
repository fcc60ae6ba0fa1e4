import DurableFiles
import SQLiteFile
package import SystemPackage

/// Repair of a damaged SQLite database into a new file.
package enum Salvage {
    /// Makes a sound database at `new` of what can be read from the damaged one.
    ///
    /// A file that is whole is copied. Where only indexes disagree with their tables, they are made anew. Otherwise
    /// the rows are read from the pages: first along the trees of the tables, around what is unreadable, then from
    /// leaf pages that no tree reaches. Values keep their types, rows their rowids. Rows that fit no table, or that a
    /// constraint keeps out of theirs, are kept in `lost_and_found`. Pages on the list of free pages are left alone.
    ///
    /// The original and what lies beside it are only read, and no service should be writing to them: the work is done
    /// on private copies in `scratch`. A WAL or journal beside the file counts as it would for SQLite, unless the file
    /// is whole without it and not with it.
    ///
    /// - Parameters:
    ///   - damaged: the database file, whatever is in it.
    ///   - new: where nothing is yet; its folder exists. On an error nothing is left there.
    ///   - good: a sound older copy; rows of it whose key is missing are added to tables that have lost rows.
    ///   - scratch: a folder with room for the private copies.
    ///   - deadline: when the repair must have ended; the task's cancellation ends it too.
    ///   - progress: called when a stage begins.
    /// - Returns: what was done and what is lost.
    /// - Throws: ``SalvageError``, `SQLiteFileError`, or `FileError` of a file that could not be read or written.
    @discardableResult
    package static func repair(
        _ damaged: FilePath, into new: FilePath, merging good: FilePath? = nil, scratch: FilePath,
        deadline: ContinuousClock.Instant? = nil, progress: (SalvageProgress) -> Void = { _ in }
    ) throws -> SalvageReport {
        let limits = Limits(path: damaged, deadline: deadline)
        try limits.check()
        guard try FileFacts.of(new, followingLinks: false) == nil else { throw SalvageError(.alreadyExists, at: new) }
        // Of repairs that were killed: each may be as large as the database.
        _ = try TemporaryFile.removeLeftovers(in: Folder.parent(of: new))
        let sidecars = try RoomNeeded(damaged.resolvingLinks, good).check(new: new, scratch: scratch)
        try Folder.create(scratch, permissions: .ownerReadWriteExecute)
        do {
            return try withWorkFolder(in: scratch) { folder in
                try repair(damaged, into: new, merging: good, sidecars, folder, limits, progress)
            }
        } catch {
            // What was stopped fails in many words; all of them mean this.
            if let reason = limits.reason { throw SalvageError(reason, at: damaged) }
            throw error
        }
    }

    private static func repair(
        _ damaged: FilePath, into new: FilePath, merging good: FilePath?, _ sidecars: [String], _ folder: FilePath,
        _ limits: Limits, _ progress: (SalvageProgress) -> Void
    ) throws -> SalvageReport {
        progress(SalvageProgress(stage: .copyingFile))
        let variant = try Variant.choose(damaged.resolvingLinks, sidecars: sidecars, folder: folder, limits: limits)
        let output = try TemporaryFile.create(beside: new, permissions: .ownerReadWrite)
        let work = Work(damaged: damaged, good: good, folder: folder, limits: limits)
        let report = try withoutActuallyEscaping(progress) {
            try work.fill(output.path, from: variant, progress: $0)
        }
        try limits.check()
        do throws(FileError) {
            try output.publish(as: new, replacing: false)
        } catch {
            if error.errno == .fileExists { throw SalvageError(.alreadyExists, at: new) }
            throw error
        }
        return report
    }

    /// Runs the body with a folder of its own, which is gone afterwards.
    private static func withWorkFolder<Result>(
        in scratch: FilePath, _ body: (FilePath) throws -> Result
    ) throws -> Result {
        let folder = scratch.appending("ronde-repair-\(UInt64.random(in: .min ... .max))")
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        // What is left behind if this fails is a copy in a folder for temporary files.
        defer { try? Folder.removeTree(folder) }
        return try body(folder)
    }
}

/// One repair, once its files are at hand.
private struct Work {
    let damaged: FilePath
    let good: FilePath?
    let folder: FilePath
    let limits: Limits

    func fill(
        _ output: FilePath, from variant: Variant, progress: @escaping (SalvageProgress) -> Void
    ) throws -> SalvageReport {
        let copy = variant.copy
        // An empty file is a sound database to SQLite, and a total loss to everyone else.
        if copy.verdict <= .foreignKeys, try FileFacts.of(copy.path, followingLinks: true)?.size ?? 0 > 0 {
            let database = try Database(copy.path, limits: limits)
            let contents = try database.wholeTables(countingLost: false)
            try database.close()
            return try publish(copy, .copied, contents, output, variant.notes)
        }
        progress(SalvageProgress(stage: .reindexing))
        if let contents = try Reindexing(copy: copy, limits: limits).attempt() {
            return try publish(copy, .reindexed, contents, output, variant.notes)
        }
        let set = try good.map { try GoodSet(copying: $0, to: folder.appending("good.db"), limits: limits) }
        guard let file = try PageFile(copy.path, limits: limits) else {
            guard let set else { throw SalvageError(.nothingFound, at: damaged) }
            return try take(set, output, variant.notes)
        }
        return try salvage(file, set, output, variant.notes, progress)
    }

    /// Where the file has not one page of a database, the good set is all there is.
    private func take(_ set: GoodSet, _ output: FilePath, _ notes: [String]) throws -> SalvageReport {
        var contents = try Database(set.path, limits: limits).wholeTables(countingLost: false)
        contents.tables = contents.tables.map { SalvageReport.Table(good: $0.name, rows: $0.rows) }
        contents.notes = ["nothing of the file could be read: this is the good set and nothing else"]
        try PrivateCopy.overwrite(output, with: set.path, limits)
        return SalvageReport(.salvaged, contents, check: try check(output), notes: notes)
    }

    private func salvage(
        _ file: PageFile, _ set: GoodSet?, _ output: FilePath, _ notes: [String],
        _ progress: @escaping (SalvageProgress) -> Void
    ) throws -> SalvageReport {
        let salvaging = Salvaging(file: file, good: set, limits: limits, progress: progress)
        guard let contents = try salvaging.salvage(into: output) else {
            throw SalvageError(.nothingFound, at: damaged)
        }
        progress(SalvageProgress(stage: .checkingResult))
        return SalvageReport(.salvaged, contents, check: try check(output), notes: notes)
    }

    private func publish(
        _ copy: PrivateCopy, _ method: SalvageReport.Method, _ contents: SalvageReport.Contents, _ output: FilePath,
        _ notes: [String]
    ) throws -> SalvageReport {
        try PrivateCopy.overwrite(output, with: copy.path, limits)
        return SalvageReport(method, contents, check: try check(output), notes: notes)
    }

    private func check(_ output: FilePath) throws -> SQLiteCheckReport {
        try SQLiteFile(path: output).check([.integrity, .foreignKeys], deadline: limits.deadline, scratch: folder)
    }
}
