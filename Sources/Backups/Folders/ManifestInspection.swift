import DurableFiles
import SystemPackage

/// Looks at manifests of a folder one by one: whether they are whole, and whether the files that they name are there.
///
/// What is found of one manifest does not depend on any other, so that many are looked at side by side.
struct ManifestInspection: Sendable {
    enum Finding: Sendable {
        /// No manifest of this database, or one that went since the folder was listed.
        case none
        /// A whole manifest; `isFresh` where the index did not know it, and `files` are how many of its files are there.
        case manifest(IndexEntry, isFresh: Bool, problem: BackupProblem?, files: Int)
        case damaged(SetName, BackupProblem)
    }

    let folder: FilePath
    let identity: BackupIdentity
    let files: FolderFiles
    let index: CatalogueIndex

    /// Whether a file of this name is to be looked at.
    static func isManifest(_ name: String) -> Bool {
        // Looked at first, because it is quick and rules out every other name.
        name.utf8.last == UInt8(ascii: "n") && name.hasSuffix(SetName.manifestEnding)
    }

    func finding(_ name: String) throws -> Finding {
        guard let stamp = try files.stamp(of: name) else { return .none }
        if let entry = index.entry(of: name, stamp: stamp, in: folder) {
            return try compare(entry, manifest: name, isFresh: false)
        }
        guard let set = SetName(name.dropLast(SetName.manifestEnding.count), stem: identity.stem) else { return .none }
        let path = folder.appending(name)
        do {
            let summary = SetSummary(of: try BackupManifest.read(path))
            let entry = IndexEntry(set: BackupSet(name: set, folder: folder, summary: summary), stamp: stamp)
            return try compare(entry, manifest: name, isFresh: true)
        } catch let error as ManifestError {
            return .damaged(set, BackupProblem(path: path, kind: .damagedManifest(error.reason)))
        } catch let error as FileError where error.errno == .noSuchFileOrDirectory {
            // Pruned by another backup since the folder was listed.
            return .none
        }
    }

    private func compare(_ entry: IndexEntry, manifest: String, isFresh: Bool) throws -> Finding {
        var (problem, count) = (BackupProblem?.none, 0)
        if entry.set.isOf(identity) {
            for file in entry.set.files {
                problem = try self.problem(file, manifest)
                if problem?.isMissing != true { count += 1 }
                if problem != nil { break }
            }
        }
        return .manifest(entry, isFresh: isFresh, problem: problem, files: count)
    }

    private func problem(_ file: FileRecord, _ manifest: String) throws -> BackupProblem? {
        guard let stamp = try files.stamp(of: file.name) else {
            return BackupProblem(path: folder.appending(manifest), kind: .missingFile(file.name))
        }
        guard stamp.size != file.bytes else { return nil }
        let kind = BackupProblem.Kind.wrongSize(file.name, expected: file.bytes, found: stamp.size)
        return BackupProblem(path: folder.appending(manifest), kind: kind)
    }
}

extension BackupSet {
    /// Whether it is a set of this database, whatever its files are called.
    func isOf(_ identity: BackupIdentity) -> Bool {
        owner == identity.service && database == identity.database
    }
}

extension BackupProblem {
    fileprivate var isMissing: Bool { if case .missingFile = kind { true } else { false } }
}
