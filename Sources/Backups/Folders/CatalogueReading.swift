import DurableFiles
import SystemPackage

/// One reading of a folder of backups.
struct CatalogueReading {
    let folder: FilePath
    let identity: BackupIdentity
    private var entries: [IndexEntry] = []
    private var sets: [BackupSet] = []
    private var problems: [BackupProblem] = []
    /// Names that belong to manifests, whatever these are worth.
    private var claimed: [String] = []
    /// How many of them are there, each of them once.
    private var found = 0
    private var mayClaimTwice = false
    /// How many manifests the index did not know.
    private var fresh = 0

    init(folder: FilePath, identity: BackupIdentity) {
        self.folder = folder
        self.identity = identity
    }

    mutating func run(_ scan: borrowing FolderScan) throws -> BackupCatalogue {
        let names = try scan.names()
        let index = CatalogueIndex(in: folder, stem: identity.stem)
        claimed.reserveCapacity(names.count)
        for name in names where name.utf8.last == UInt8(ascii: "n") && name.hasSuffix(SetName.manifestEnding) {
            guard let stamp = try scan.stamp(of: name) else { continue }
            if let entry = index.entry(of: name, stamp: stamp, stem: identity.stem) {
                try take(entry, manifest: name, scan)
            } else if let set = SetName(name.dropLast(SetName.manifestEnding.count), stem: identity.stem) {
                fresh += 1
                try read(set, manifest: name, stamp: stamp, scan)
            }
        }
        index.refresh(entries, fresh: fresh, names: names, in: folder)
        let (strangers, others) = try rest(names)
        sets = Self.sorted(sets)
        return BackupCatalogue(
            sets: sets, problems: problems.sorted { $0.path.string < $1.path.string } + strangers, others: others)
    }

    /// Sorts by instants that lie side by side, and looks into the sets only where two are the same.
    private static func sorted(_ sets: [BackupSet]) -> [BackupSet] {
        let keys = sets.enumerated().map { (instant: $1.instant, index: $0) }
        return keys.sorted {
            $0.instant == $1.instant
                ? BackupSet.isEarlier(sets[$0.index], sets[$1.index]) : $0.instant < $1.instant
        }
        .map { sets[$0.index] }
    }

    /// What no manifest names: data files that look like those of a set, and all else.
    private func rest(_ names: [String]) throws -> (strangers: [BackupProblem], others: [String]) {
        // In a folder that holds nothing else there is nothing to look for.
        guard found != names.count || mayClaimTwice else { return ([], []) }
        let files = Set(claimed).union(sets.compactMap(\.summary.export))
        var strangers: [BackupProblem] = []
        var others: [String] = []
        for name in names where !files.contains(name) {
            if let ending = SetName.dataEnding(of: name), isData(name, ending) {
                strangers.append(BackupProblem(path: folder.appending(name), kind: .noManifest))
            } else {
                others.append(name)
            }
        }
        return (strangers.sorted { $0.path.string < $1.path.string }, others.sorted())
    }

    /// Whether it can be the data file of a set that Ronde made or that can be adopted.
    private func isData(_ name: String, _ ending: String) -> Bool {
        SetName(name.dropLast(ending.count), stem: identity.stem) != nil || SetName(name, stem: identity.stem) != nil
    }

    private mutating func read(
        _ name: SetName, manifest file: String, stamp: FileStamp, _ scan: borrowing FolderScan
    ) throws {
        let path = folder.appending(file)
        do {
            let summary = SetSummary(of: try BackupManifest.read(path))
            try take(IndexEntry(name: name, stamp: stamp, summary: summary), manifest: file, scan)
        } catch let error as ManifestError {
            // Its data file goes with it in the list of problems.
            claimed.append(file)
            claimed += name.adoptedEnding == nil ? SetName.dataEndings.map { "\(name)\($0)" } : ["\(name)"]
            problems.append(BackupProblem(path: path, kind: .damagedManifest(error.reason)))
        } catch let error as FileError where error.errno == .noSuchFileOrDirectory {
            // Pruned by another backup since the folder was listed.
            return
        }
    }

    private mutating func take(_ entry: IndexEntry, manifest file: String, _ scan: borrowing FolderScan) throws {
        entries.append(entry)
        // An adopted set may have been given its manifest beside that of the set that its file belonged to.
        if entry.name.adoptedEnding != nil { mayClaimTwice = true }
        for file in entry.summary.files { claimed.append(file.name) }
        guard entry.summary.service == identity.service, entry.summary.database == identity.database else { return }
        claimed.append(file)
        found += 1
        if let problem = try problem(entry.summary, file, scan) {
            problems.append(problem)
        } else {
            sets.append(BackupSet(name: entry.name, folder: folder, summary: entry.summary))
        }
    }

    private mutating func problem(
        _ summary: SetSummary, _ manifest: String, _ scan: borrowing FolderScan
    ) throws -> BackupProblem? {
        for file in summary.files {
            guard let stamp = try scan.stamp(of: file.name) else {
                return BackupProblem(path: folder.appending(manifest), kind: .missingFile(file.name))
            }
            found += 1
            guard stamp.size == file.bytes else {
                let kind = BackupProblem.Kind.wrongSize(file.name, expected: file.bytes, found: stamp.size)
                return BackupProblem(path: folder.appending(manifest), kind: kind)
            }
        }
        return nil
    }
}
