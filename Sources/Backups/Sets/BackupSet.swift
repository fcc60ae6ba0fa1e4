package import Digests
import DurableFiles
package import Foundation
package import SystemPackage

/// A set that counts: its manifest is whole and its files are there in their full size.
///
/// A data file gets its final name only once it is complete, synced and verified, and the manifest follows it: so a
/// set is verified when both are there.
package struct BackupSet: Hashable, Sendable {
    /// Shared by all copies: lists of 100,000 sets are sorted and handed on.
    private final class Facts: Sendable {
        let name: SetName
        let folder: FilePath
        let summary: SetSummary

        init(_ name: SetName, _ folder: FilePath, _ summary: SetSummary) {
            self.name = name
            self.folder = folder
            self.summary = summary
        }
    }

    private let facts: Facts

    package init(name: SetName, folder: FilePath, summary: SetSummary) { facts = Facts(name, folder, summary) }

    package var name: SetName { facts.name }
    package var folder: FilePath { facts.folder }
    package var summary: SetSummary { facts.summary }

    package static func == (left: Self, right: Self) -> Bool {
        left.facts === right.facts
            || left.name == right.name && left.folder == right.folder && left.summary == right.summary
    }

    package func hash(into hasher: inout Hasher) {
        // Few sets share these, and 100,000 names take long.
        hasher.combine(instant)
        hasher.combine(facts.name.number)
    }

    /// The order of lists: by instant; of two at one instant that with the higher number is the later.
    static func isEarlier(_ left: Self, _ right: Self) -> Bool {
        if left.instant != right.instant { return left.instant < right.instant }
        let (first, second) = (left.name, right.name)
        if first.number != second.number { return first.number < second.number }
        return first.description < second.description
    }

    /// Reads the manifest.
    ///
    /// - Throws: ``ManifestError``; `FileError` when the set was removed meanwhile or cannot be read.
    package func manifest() throws -> BackupManifest { try BackupManifest.read(manifestPath) }

    package var instant: Date { facts.summary.instant }
    var owner: String { facts.summary.service }
    var database: String { facts.summary.database }
    package var tiers: [Tier] { facts.summary.tiers }
    package var files: [FileRecord] { facts.summary.files }
    func isIn(_ folder: FilePath) -> Bool { self.folder.lexicallyNormalized() == folder }
    package var manifestPath: FilePath { folder.appending(name.manifest) }
    /// Whether something was suspicious when it was made.
    var hasAnomalies: Bool { !facts.summary.anomalies.isEmpty }
    /// Whether it is what a restore replaced.
    var isKeptForRestore: Bool { facts.summary.keptFor != nil }
    package var filePaths: [FilePath] { files.map { folder.appending($0.name) } }
    /// The size in bytes and the digest of the manifest itself.
    ///
    /// - Throws: `FileError` when it cannot be read.
    package func manifestFile() throws -> (bytes: Int, sha256: SHA256Digest) {
        let bytes = try DurableFile.read(manifestPath, limit: BackupManifest.longest)
        return (bytes.count, try SHA256Digest(of: bytes))
    }
    /// The name of the first data file, for people: `test_20251216_020000.db.gz`.
    package var title: String { files.first?.name ?? "\(name)" }
}
