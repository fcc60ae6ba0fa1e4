import DurableFiles
import SystemPackage

/// One reading of a folder of backups.
struct CatalogueReading {
    let folder: FilePath
    let identity: BackupIdentity
    private var entries: [IndexEntry] = []
    private var sets: [BackupSet] = []
    private var problems: [BackupProblem] = []
    /// The names of manifests that cannot be read.
    private var damaged: [SetName] = []
    /// How many manifests of this database and files that they name are there, each of them once.
    private var found = 0
    private var mayClaimTwice = false
    /// How many manifests the index did not know.
    private var fresh = 0

    init(folder: FilePath, identity: BackupIdentity) {
        self.folder = folder
        self.identity = identity
    }

    mutating func run(_ scan: borrowing FolderScan) throws -> BackupCatalogue {
        // Either takes a tenth of a second in a folder of 100,000 sets.
        let (names, index) = try concurrently(
            { [folder] in try FolderScan.open(folder)?.names() ?? [] },
            { [folder, identity] in CatalogueIndex(in: folder, stem: identity.stem) })
        let inspection = ManifestInspection(folder: folder, identity: identity, files: scan.files, index: index)
        let manifests = names.filter(ManifestInspection.isManifest)
        entries.reserveCapacity(manifests.count)
        sets.reserveCapacity(manifests.count)
        for finding in try manifests.concurrentMap({ try inspection.finding($0) }) { take(finding) }
        index.refresh(entries, fresh: fresh, names: names, in: folder)
        let (strangers, others) = rest(names)
        return BackupCatalogue(
            sets: Self.sorted(sets), problems: problems.sorted { $0.path.string < $1.path.string } + strangers,
            others: others)
    }

    private mutating func take(_ finding: ManifestInspection.Finding) {
        switch finding {
        case .none:
            break
        case .damaged(let name, let problem):
            fresh += 1
            damaged.append(name)
            problems.append(problem)
        case .manifest(let entry, let isFresh, let problem, let files):
            entries.append(entry)
            fresh += isFresh ? 1 : 0
            // An adopted set may have been given its manifest beside that of the set that its file belonged to.
            if entry.set.name.adoptedEnding != nil { mayClaimTwice = true }
            guard entry.set.isOf(identity) else { return }
            found += 1 + files
            if let problem { problems.append(problem) } else { sets.append(entry.set) }
        }
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
    private func rest(_ names: [String]) -> (strangers: [BackupProblem], others: [String]) {
        // In a folder that holds nothing else there is nothing to look for.
        guard found != names.count || mayClaimTwice else { return ([], []) }
        let claimed = claimed
        var strangers: [BackupProblem] = []
        var others: [String] = []
        for name in names where !claimed.contains(name) {
            if let ending = SetName.dataEnding(of: name), isData(name, ending) {
                strangers.append(BackupProblem(path: folder.appending(name), kind: .noManifest))
            } else {
                others.append(name)
            }
        }
        return (strangers.sorted { $0.path.string < $1.path.string }, others.sorted())
    }

    /// The names that belong to manifests, whatever these are worth.
    private var claimed: Set<String> {
        var names = Set(sets.compactMap(\.summary.export))
        for entry in entries {
            for file in entry.set.files { names.insert(file.name) }
            if entry.set.isOf(identity) { names.insert(entry.set.name.manifest) }
        }
        // The data file of a damaged one goes with it in the list of problems.
        for name in damaged {
            names.insert(name.manifest)
            names.formUnion(name.adoptedEnding == nil ? SetName.dataEndings.map { "\(name)\($0)" } : ["\(name)"])
        }
        return names
    }

    /// Whether it can be the data file of a set that Ronde made or that can be adopted.
    private func isData(_ name: String, _ ending: String) -> Bool {
        SetName(name.dropLast(ending.count), stem: identity.stem) != nil || SetName(name, stem: identity.stem) != nil
    }
}
