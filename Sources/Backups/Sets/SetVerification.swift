import Archiving
import DurableFiles
package import Foundation
import SystemPackage

/// The quick proof of a set: its files are read whole, and so is what they unpack to.
///
/// Of an encrypted file only the stored bytes are looked at; its contents take a drill.
package struct SetVerification: Hashable, Sendable, Codable {
    /// The set's name.
    package let set: String
    /// The absolute path of the folder.
    package let folder: String
    package let at: Date
    /// What is wrong, a sentence for each file; empty where all is well.
    package let faults: [String]
    /// The stored bytes that were read.
    package let bytes: Int
    /// Whether all files were unpacked too.
    package let isUnpacked: Bool

    package var isSound: Bool { faults.isEmpty }

    package enum CodingKeys: String, CodingKey {
        case set, folder, at, faults, bytes
        case isUnpacked = "unpacked"
    }

    /// Reads the files of a set.
    ///
    /// - Returns: what is wrong, also where a file is missing or cannot be read.
    /// - Throws: `CancellationError`.
    @concurrent
    package static func verify(_ set: BackupSet, now: Date) async throws -> SetVerification {
        var faults: [String] = []
        var bytes = 0
        do {
            // The index may have the facts of a manifest that was damaged since.
            let manifest = try set.manifest()
            for file in manifest.files {
                if let fault = try await fault(of: file, in: set) { faults.append("'\(file.name)' \(fault)") }
                bytes += file.bytes
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            faults.append("\(error)")
        }
        return SetVerification(
            set: "\(set.name)", folder: set.folder.string, at: now.inMilliseconds, faults: faults, bytes: bytes,
            isUnpacked: set.files.allSatisfy { $0.encryption == nil })
    }

    private static func fault(of file: FileRecord, in set: BackupSet) async throws -> String? {
        let path = set.folder.appending(file.name)
        guard let facts = try FileFacts.of(path, followingLinks: true), facts.kind == .file else { return "is missing" }
        guard facts.size == file.bytes else { return "has \(facts.size) bytes instead of \(file.bytes)" }
        if file.encryption != nil {
            return try StoredFile.isWhole(file, in: set.folder) ? nil : "is not what was stored: its SHA-256 differs"
        }
        do {
            let format = Compression(file.compression)?.format
            let found = try await CompressedFile.verify(at: path, as: format, limit: file.uncompressedBytes)
            if found.sha256 != file.sha256 { return "is not what was stored: its SHA-256 differs" }
            return found.uncompressedSHA256 == file.uncompressedSHA256
                ? nil : "does not unpack to what was backed up: the SHA-256 differs"
        } catch let error as ArchiveError {
            return "cannot be unpacked: \(error.message)"
        }
    }
}
