package import Digests
import DurableFiles
package import Foundation
package import SystemPackage

/// A set that counts: its manifest is whole and its files are there in their full size.
///
/// A data file gets its final name only once it is complete, synced and verified, and the manifest follows it: so a
/// set is verified when both are there.
package struct BackupSet: Hashable, Sendable {
    package let name: SetName
    package let folder: FilePath
    package let manifest: BackupManifest

    package var instant: Date { manifest.instant }
    package var manifestPath: FilePath { folder.appending(name.manifest) }
    package var filePaths: [FilePath] { manifest.files.map { folder.appending($0.name) } }
    /// The size in bytes and the digest of the manifest itself.
    ///
    /// - Throws: `FileError` when it cannot be read.
    package func manifestFile() throws -> (bytes: Int, sha256: SHA256Digest) {
        let bytes = try DurableFile.read(manifestPath, limit: BackupManifest.longest)
        return (bytes.count, try SHA256Digest(of: bytes))
    }
    /// The name of the first data file, for people: `test_20251216_020000.db.gz`.
    package var title: String { manifest.files.first?.name ?? "\(name)" }
}
