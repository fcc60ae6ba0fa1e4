package import SystemPackage

/// All places of one database of one service, read together.
package struct BackupInventory: Hashable, Sendable {
    package let identity: BackupIdentity
    /// Every folder that was read, once, in the order in which the places named them.
    package let folders: [FilePath]
    /// Newest first, over all folders; a set that is linked into several folders is there once for each.
    package let sets: [KnownSet]
    package let problems: [BackupProblem]
    /// Newest first.
    package let quarantined: [QuarantinedCopy]
    /// By folder; a damaged record is one of ``problems`` and is not here.
    package let records: [FilePath: FolderRecord]
    /// The newest set that counts.
    package let newestVerified: KnownSet?

    /// Reads all places; a missing folder is empty.
    ///
    /// A damaged record of a folder keeps no set from being listed or restored, only from being pruned.
    ///
    /// - Throws: `FileError` when a folder cannot be read.
    package static func read(
        _ places: [BackupPlace], pools: [BackupPool] = [], of identity: BackupIdentity
    ) throws -> BackupInventory {
        var folders: [FilePath] = []
        for folder in places.map(\.folder) + pools.map(\.folder) where !folders.contains(folder) {
            folders.append(folder)
        }
        return try read(folders, of: identity)
    }

    /// The same for folders that are known already, each of which is named once.
    static func read(_ folders: [FilePath], of identity: BackupIdentity) throws -> BackupInventory {
        var sets: [KnownSet] = []
        var problems: [BackupProblem] = []
        var quarantined: [QuarantinedCopy] = []
        var records: [FilePath: FolderRecord] = [:]
        for folder in folders {
            let catalogue = try BackupCatalogue.read(folder, of: identity)
            problems += catalogue.problems
            var record = FolderRecord()
            do {
                record = try FolderRecord.read(folder)
                records[folder] = record
            } catch let error as BackupError {
                guard case .recordDamaged(let path, let reason) = error else { throw error }
                problems.append(BackupProblem(path: path, kind: .damagedRecord(reason)))
            }
            sets += catalogue.sets.map(record.known)
            quarantined += try QuarantinedCopy.all(below: folder, of: identity)
        }
        if folders.count > 1 {
            sets.sort { BackupSet.isEarlier($1.set, $0.set) }
        } else {
            sets.reverse()
        }
        quarantined.sort { $0.instant > $1.instant }
        return BackupInventory(
            identity: identity, folders: folders, sets: sets, problems: problems, quarantined: quarantined,
            records: records, newestVerified: sets.first(where: \.counts))
    }

    /// Why nothing may be pruned now, whatever the clock says; nil if pruning may go on.
    package var pruningHold: PruningHold? {
        let last = newestVerified.map { $0.set.filePaths.first ?? $0.set.manifestPath }
        if let problem = problems.first(where: \.isDamagedRecord) {
            return PruningHold(reason: .damagedRecord(problem.path), lastGood: last)
        }
        if let copy = quarantined.first, newestVerified.map({ copy.instant > $0.instant }) ?? true {
            return PruningHold(reason: .quarantined(copy), lastGood: last)
        }
        if let set = sets.first(where: \.hasOpenAnomaly) {
            return PruningHold(reason: .anomaly(set), lastGood: last)
        }
        return nil
    }
}

extension FolderRecord {
    /// A set with what this record says of it.
    func known(_ set: BackupSet) -> KnownSet {
        // Names are put together only where something is noted at all: a folder may have 100,000 sets.
        guard !(pins.isEmpty && drills.isEmpty && acceptances.isEmpty) else { return KnownSet(set: set) }
        let name = "\(set.name)"
        return KnownSet(set: set, pin: pins[name], drill: drills[name], acceptance: acceptances[name])
    }
}
