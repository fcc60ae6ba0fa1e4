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
        guard let scan = try FolderScan.open(folder) else {
            return BackupCatalogue(sets: [], problems: [], others: [])
        }
        var reading = CatalogueReading(folder: folder, identity: identity)
        return try reading.run(scan)
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
        /// What is known of pins and drills of a folder cannot be read.
        case damagedRecord(String)
    }

    package let path: FilePath
    package let kind: Kind

    /// Whether something was lost; a file that never had a manifest is no more than a stranger.
    package var isDamage: Bool { kind != .noManifest }

    var isDamagedRecord: Bool { if case .damagedRecord = kind { true } else { false } }

    package var description: String {
        switch kind {
        case .damagedManifest(let reason): "\(path): damaged manifest: \(reason)"
        case .missingFile(let name): "\(path): its file '\(name)' is missing"
        case .wrongSize(let name, let expected, let found):
            "\(path): its file '\(name)' has \(found) bytes instead of \(expected)"
        case .noManifest: "\(path): no manifest; it does not count and is left alone"
        case .damagedRecord(let reason): "\(path): damaged record of pins and drills: \(reason)"
        }
    }
}
