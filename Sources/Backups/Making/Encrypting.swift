import Archiving
import Digests
import DurableFiles
import Encryption
import Glibc
import SystemPackage

/// A file that is ready to get its name, and what is stored in it.
struct StoredData: ~Copyable {
    let file: TemporaryFile
    let facts: StoredFacts
}

/// The stored file: that of the compressed one, or what became of it by encryption.
struct StoredFacts: Hashable {
    let packed: CompressedFileFacts
    /// Nil where the compressed file is what is stored.
    var encrypted: EncryptedFacts?

    struct EncryptedFacts: Hashable {
        let form: EncryptedForm
        let bytes: Int
        let sha256: SHA256Digest
        /// Whether it was decrypted again and gave the compressed file.
        let wasOpened: Bool
    }

    func record(name: String, compression: Compression) -> FileRecord {
        guard let encrypted else { return FileRecord(name: name, compression: compression, facts: packed) }
        var record = FileRecord(
            name: name, bytes: encrypted.bytes, sha256: PackedDigest(wrappedValue: encrypted.sha256),
            compression: compression.description, uncompressedBytes: packed.uncompressedBytes,
            uncompressedSHA256: PackedDigest(wrappedValue: packed.uncompressedSHA256))
        record.encryption = encrypted.form.rawValue
        record.plainBytes = packed.bytes
        record.plainSHA256 = packed.sha256
        return record
    }
}

extension BackupMaker {
    /// Encrypts the compressed file into the set's folder, where that is asked for.
    ///
    /// The compressed file in scratch space is gone once this returns.
    func store(_ packed: consuming TemporaryFile, _ proof: Proof, as name: SetName) async throws -> StoredData {
        guard let encryption = request.encryption else {
            return StoredData(file: packed, facts: StoredFacts(packed: proof.packed))
        }
        observe(.encrypting, BackupStage.encrypting.overall(0))
        let file = try TemporaryFile.create(
            beside: primary.appending("\(name)\(dataEnding)"), permissions: .ownerReadWrite)
        let facts = try await encrypt(packed.path, encryption, into: file, named: primary.appending("\(name)"))
        let opened = try await open(file.path, expecting: proof.packed)
        let encrypted = StoredFacts.EncryptedFacts(
            form: encryption.form, bytes: facts.bytes, sha256: facts.sha256, wasOpened: opened)
        return StoredData(file: file, facts: StoredFacts(packed: proof.packed, encrypted: encrypted))
    }

    /// Encrypts a file into another, syncs that, and reads it back from the device.
    ///
    /// - Parameters:
    ///   - plain: what is encrypted.
    ///   - encryption: how, and for whom.
    ///   - file: where to, empty so far.
    ///   - new: what it will be called, for messages.
    /// - Returns: the facts of the encrypted file, as it is stored.
    /// - Throws: `EncryptionError`, `FileError`, `ArchiveError`, `CancellationError`.
    func encrypt(
        _ plain: FilePath, _ encryption: Encryption, into file: borrowing TemporaryFile, named new: FilePath
    ) async throws -> CompressedFileFacts {
        try await encryption.encrypt(plain, into: file, named: new, timeLimit: request.timeLeft)
        guard fsync(file.descriptor.rawValue) == 0 else {
            throw FileError(operation: "sync", path: new, errno: Errno(rawValue: errno))
        }
        // So that reading it back asks the device; where the system declines, the check is only less strict.
        _ = posix_fadvise(file.descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        return try await CompressedFile.verify(at: file.path, as: .plain, limit: .max)
    }

    /// Decrypts what was stored and compares it, where this host has the secret for it.
    ///
    /// - Returns: whether it was opened.
    /// - Throws: ``BackupError/notProven(_:reason:quarantine:lastGood:)`` when it gives something else.
    private func open(_ encrypted: FilePath, expecting packed: CompressedFileFacts) async throws -> Bool {
        guard let decryption = request.decryption else { return false }
        let found = try await decryption.facts(of: encrypted, timeLimit: request.timeLeft)
        guard found.bytes == packed.bytes, found.sha256 == packed.sha256 else {
            throw BackupError.notProven(
                request.source, reason: "what was decrypted is not what was encrypted", quarantine: nil,
                lastGood: lastGood)
        }
        return true
    }
}

/// That a database in the clear would lie beside its encrypted sets.
package struct PlainExportRefused: Error, Hashable, CustomStringConvertible {
    package var description: String {
        "the SQL export would lie in the clear beside encrypted sets, so it is not made; leave 'sql_export' out"
    }
}
