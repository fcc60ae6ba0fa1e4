import DurableFiles
package import SystemPackage

/// What lies in a folder of backups, read without changing anything.
package struct BackupCatalogue: Hashable, Sendable {
    /// The sets that count, oldest first.
    package let sets: [BackupSet]
    package let problems: [BackupProblem]
    /// The names of all that is not of this database, sorted; hidden files are left out.
    package let others: [String]

    /// Reads the folder; a missing one is empty.
    ///
    /// - Throws: `FileError` when the folder or a manifest cannot be read.
    package static func read(_ folder: FilePath, of identity: BackupIdentity) throws -> BackupCatalogue {
        guard try FileFacts.of(folder, followingLinks: true) != nil else {
            return BackupCatalogue(sets: [], problems: [], others: [])
        }
        var reading = CatalogueReading(folder: folder, identity: identity)
        return try reading.run()
    }

    /// The newest set that counts.
    package var newest: BackupSet? { sets.last }
}

/// Something of this database that looks like a set and does not count.
package struct BackupProblem: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case damagedManifest(String)
        case missingFile(String)
        /// In bytes.
        case wrongSize(String, expected: Int, found: Int)
        /// A data file that no manifest names: made by other means, or its manifest was removed.
        case noManifest
    }

    package let path: FilePath
    package let kind: Kind

    /// Whether something was lost; a file that never had a manifest is no more than a stranger.
    package var isDamage: Bool { kind != .noManifest }

    package var description: String {
        switch kind {
        case .damagedManifest(let reason): "\(path): damaged manifest: \(reason)"
        case .missingFile(let name): "\(path): its file '\(name)' is missing"
        case .wrongSize(let name, let expected, let found):
            "\(path): its file '\(name)' has \(found) bytes instead of \(expected)"
        case .noManifest: "\(path): no manifest; it does not count and is left alone"
        }
    }
}

private struct CatalogueReading {
    let folder: FilePath
    let identity: BackupIdentity
    private var sets: [BackupSet] = []
    private var problems: [BackupProblem] = []
    private var others: [String] = []

    init(folder: FilePath, identity: BackupIdentity) {
        self.folder = folder
        self.identity = identity
    }

    mutating func run() throws -> BackupCatalogue {
        let names = try Folder.entries(of: folder).filter { !$0.hasPrefix(".") }
        var files: Set<String> = []
        for name in names {
            guard let setName = setName(name, endings: [SetName.manifestEnding]) else { continue }
            try readSet(setName, manifest: name, files: &files)
        }
        let exports = Set(sets.compactMap(\.manifest.export?.name))
        for name in names where !files.contains(name) && !exports.contains(name) {
            if setName(name, endings: SetName.dataEndings) != nil {
                problems.append(BackupProblem(path: folder.appending(name), kind: .noManifest))
            } else {
                others.append(name)
            }
        }
        sets.sort { ($0.instant, $0.name.number) < ($1.instant, $1.name.number) }
        return BackupCatalogue(sets: sets, problems: problems, others: others)
    }

    private func setName(_ name: String, endings: [String]) -> SetName? {
        guard let ending = endings.first(where: name.hasSuffix) else { return nil }
        return SetName(name.dropLast(ending.count), stem: identity.stem)
    }

    private mutating func readSet(_ name: SetName, manifest file: String, files: inout Set<String>) throws {
        let path = folder.appending(file)
        let manifest: BackupManifest
        do {
            manifest = try BackupManifest.read(path)
        } catch let error as ManifestError {
            // Its data file goes with it in the list of problems.
            files.formUnion([file] + SetName.dataEndings.map { "\(name)\($0)" })
            problems.append(BackupProblem(path: path, kind: .damagedManifest(error.reason)))
            return
        } catch let error as FileError where error.errno == .noSuchFileOrDirectory {
            // Pruned by another backup since the folder was listed.
            return
        }
        guard manifest.service == identity.service, manifest.database.name == identity.database else {
            files.formUnion(manifest.files.map(\.name))
            return
        }
        files.formUnion([file] + manifest.files.map(\.name))
        if let problem = try problem(manifest, path) {
            problems.append(problem)
        } else {
            sets.append(BackupSet(name: name, folder: folder, manifest: manifest))
        }
    }

    private func problem(_ manifest: BackupManifest, _ path: FilePath) throws -> BackupProblem? {
        for file in manifest.files {
            guard let facts = try FileFacts.of(folder.appending(file.name), followingLinks: true), facts.kind == .file
            else { return BackupProblem(path: path, kind: .missingFile(file.name)) }
            guard facts.size == file.bytes else {
                let kind = BackupProblem.Kind.wrongSize(file.name, expected: file.bytes, found: facts.size)
                return BackupProblem(path: path, kind: kind)
            }
        }
        return nil
    }
}
