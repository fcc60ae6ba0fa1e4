import Archiving
import DurableFiles
package import Encryption
package import Foundation
import Glibc
import Maintenance
import SQLiteFile
package import SystemPackage

/// Restores a stored set into scratch space and compares it with its manifest.
package struct Drill: Sendable {
    /// What is to stay free when all is unpacked.
    private static let reserve = 16 << 20

    private let scratch: FilePath
    private let decryption: Decryption?
    private let deadline: ContinuousClock.Instant?
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - scratch: a folder for unpacked copies, which are gone afterwards.
    ///   - decryption: what opens encrypted sets, where this host may.
    ///   - deadline: when all must have ended.
    ///   - now: the wall clock.
    package init(
        scratch: FilePath, decryption: Decryption? = nil, deadline: ContinuousClock.Instant? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.scratch = scratch
        self.decryption = decryption
        self.deadline = deadline
        self.now = now
    }

    /// Drills one set; what is wrong with it is a result, and is not recorded by this.
    ///
    /// - Throws: ``BackupError/noRoom(_:needed:available:purpose:)`` before anything is unpacked; `FileError`,
    ///   `SQLiteFileError`, `EncryptionError` or `CancellationError` when it could not be told whether the set is good.
    @concurrent
    package func run(_ target: DrillTarget) async throws -> DrillResult {
        let start = ContinuousClock.now
        let set = target.known.set
        let work = scratch.appending("drill-\(UUID().uuidString)")
        // What cannot be removed lies in scratch space, which is emptied by its owner.
        defer { try? Folder.removeTree(work) }
        let outcome: DrillResult.Outcome
        do {
            let manifest = try set.manifest()
            try checkRoom(for: manifest.files, of: set)
            try Folder.create(work, permissions: .ownerReadWriteExecute)
            outcome = try await restore(manifest, in: set.folder, work)
        } catch let failure as DrillFailure {
            outcome = .failed(failure.reason)
        } catch let error as ManifestError {
            outcome = .failed(error.description)
        }
        return DrillResult(target: target, outcome: outcome, at: now().inMilliseconds, duration: .now - start)
    }

    /// - Throws: ``BackupError/noRoom(_:needed:available:purpose:)``.
    private func checkRoom(for files: [FileRecord], of set: BackupSet) throws {
        let unpacked = files.reduce(0) { $0 + $1.uncompressedBytes + ($1.plainBytes ?? 0) }
        let space = try DiskSpace.available(at: scratch)
        guard space.availableBytes >= unpacked + Self.reserve else {
            throw BackupError.noRoom(
                scratch, needed: unpacked + Self.reserve, available: space.availableBytes,
                purpose: "a drill of '\(set.title)', which unpacks to \(ByteSize(bytes: Int64(unpacked)))")
        }
    }

    private func restore(
        _ manifest: BackupManifest, in folder: FilePath, _ work: FilePath
    ) async throws -> DrillResult.Outcome {
        let database = work.appending("restored.db")
        for (index, file) in manifest.files.enumerated() {
            let unpacked = index == 0 ? database : work.appending("restored-\(index)")
            if let why = try await unpack(file, in: folder, into: unpacked) { return .storedBytesOnly(why) }
        }
        let record = manifest.database
        do {
            let checks = CopyChecks(path: database, scratch: work, deadline: deadline)
            let found = try checks.checkPages()
            if found.foreignKeyViolations != record.foreignKeyViolations {
                throw DrillFailure(
                    "it has \(found.foreignKeyViolations) broken foreign keys instead of \(record.foreignKeyViolations)"
                )
            }
            let tables = try checks.readRows(expecting: ExpectedDatabase(record))
            if let table = firstDifference(tables, from: record.tables) {
                throw DrillFailure("the rows of \(table) are not those of its manifest")
            }
        } catch VerificationFailure.damaged(let findings) {
            throw DrillFailure("the restored database is damaged: \(findings.first ?? "SQLite cannot read it")")
        } catch VerificationFailure.different(let what) {
            throw DrillFailure(what)
        }
        return .proven
    }

    /// The name of the first table whose rows are others than a manifest says, or nil.
    private func firstDifference(_ found: [TableContents], from expected: [TableContents]) -> String? {
        guard found != expected else { return nil }
        let names = Set((found + expected).map(\.name)).sorted()
        return names.first { name in found.first { $0.name == name } != expected.first { $0.name == name } }
            ?? "its tables, whose order is another,"
    }

    /// - Returns: why it cannot be opened here, or nil.
    private func unpack(_ file: FileRecord, in folder: FilePath, into new: FilePath) async throws -> String? {
        let stored = folder.appending(file.name)
        forget(stored)
        guard file.encryption != nil else {
            try await decompress(stored, as: file, into: new)
            return nil
        }
        let facts = try await reading(stored) { try await CompressedFile.verify(at: stored, as: .plain, limit: .max) }
        guard facts.bytes == file.bytes, facts.sha256 == file.sha256 else { throw DrillFailure.stored(file) }
        guard let decryption else { return "no secret that opens it is given here" }
        let plain = FilePath(new.string + ".packed")
        do {
            let left = deadline.map { max($0 - .now, .zero) } ?? .seconds(86_400)
            try await decryption.decrypt(stored, into: plain, timeLimit: left)
        } catch let error as EncryptionError {
            switch error.cause {
            case .wrongSecret(let words): return words
            case .noSecret: return "no secret that opens it is given here"
            case .damaged, .notEncrypted: throw DrillFailure(error.description)
            default: throw error
            }
        }
        try await decompress(plain, as: file, into: new)
        try DurableFile.remove(plain)
        return nil
    }

    private func decompress(_ source: FilePath, as file: FileRecord, into new: FilePath) async throws {
        guard let compression = Compression(file.compression) else {
            throw DrillFailure("'\(file.compression)' is no compression")
        }
        let facts = try await reading(source) {
            try await CompressedFile.decompress(
                at: source, as: compression.format, to: new, limit: file.uncompressedBytes)
        }
        guard facts.bytes == file.plainBytes ?? file.bytes, facts.sha256 == file.plainSHA256 ?? file.sha256 else {
            throw DrillFailure.stored(file)
        }
        guard facts.uncompressedBytes == file.uncompressedBytes,
            facts.uncompressedSHA256 == file.uncompressedSHA256
        else { throw DrillFailure("'\(file.name)' unpacks to another SHA-256 than its manifest says") }
    }

    /// What the stored file is to blame for becomes a failed drill; what scratch space is to blame for does not.
    private func reading<R>(_ source: FilePath, _ work: () async throws -> R) async throws -> R {
        do { return try await work() } catch let error as ArchiveError {
            // A device that cannot give back a set, or a set that is gone, is what drills are for.
            let isOfSource = error.kind != .failed || (error.path == source && error.code == EIO)
            let isGone = try FileFacts.of(source, followingLinks: true) == nil
            guard isOfSource || isGone else { throw error }
            throw DrillFailure(error.description)
        }
    }

    /// Makes the device and not the page cache answer; where the system declines, the drill is only less strict.
    private func forget(_ path: FilePath) {
        guard let file = try? OpenFile.reading(path) else { return }
        _ = posix_fadvise(file.descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    }
}

/// What is wrong with a set, in words.
struct DrillFailure: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    static func stored(_ file: FileRecord) -> DrillFailure {
        DrillFailure("'\(file.name)' has another SHA-256 than its manifest says")
    }
}
