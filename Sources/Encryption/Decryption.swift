package import Digests
import DurableFiles
import Processes
import Synchronization
package import SystemPackage

/// The secrets that open encrypted files, each in a file that only its owner can read.
package struct Decryption: Hashable, Sendable {
    /// Files of age identities, or unencrypted SSH private keys.
    package var identityFiles: [FilePath]
    /// A file whose first line is a passphrase of gpg.
    package var passphraseFile: FilePath?
    package var programs: EncryptionPrograms

    package init(
        identityFiles: [FilePath] = [], passphraseFile: FilePath? = nil, programs: EncryptionPrograms = .installed
    ) {
        self.identityFiles = identityFiles
        self.passphraseFile = passphraseFile
        self.programs = programs
    }

    /// Makes `new` the decrypted copy of a file; it appears only once the program has vouched for the last byte.
    ///
    /// The plaintext is written beside `new` under a hidden name that only its owner can read, and is removed unless
    /// all went well.
    ///
    /// - Throws: ``EncryptionError``; `FileError` when a file cannot be read or written, `.fileExists` when `new` is
    ///   there already; `CancellationError`. Nothing is left then.
    package func decrypt(
        _ encrypted: FilePath, into new: FilePath, permissions: FilePermissions = .ownerReadWrite, timeLimit: Duration
    ) async throws {
        let source = try EncryptedSource.open(encrypted)
        let home = try PrivateFolder.make()
        let command = try command(for: source.form, of: encrypted, home: home.path)
        let temporary = try TemporaryFile.create(beside: new, permissions: permissions)
        let report = try await command.child(reading: source.file.descriptor, timeLimit: timeLimit)
            .run(into: temporary.descriptor)
        try command.outcome(.decrypting, encrypted, into: new).check(report, timeLimit: timeLimit)
        try source.check(plainBytes: Int(temporary.descriptor.seek(offset: 0, from: .end)))
        try temporary.publish(as: new, replacing: false)
    }

    /// What a file decrypts to, without any of it reaching a disk: the proof that it can be opened.
    ///
    /// - Throws: as ``decrypt(_:into:permissions:timeLimit:)``; `DigestError` when libcrypto fails.
    package func facts(of encrypted: FilePath, timeLimit: Duration) async throws -> DecryptedFacts {
        let source = try EncryptedSource.open(encrypted)
        let home = try PrivateFolder.make()
        let command = try command(for: source.form, of: encrypted, home: home.path)
        let tally = try DigestTally()
        let report = try await command.child(reading: source.file.descriptor, timeLimit: timeLimit)
            .runInPieces { tally.add($0) }
        try command.outcome(.decrypting, encrypted, into: encrypted).check(report, timeLimit: timeLimit)
        let facts = try tally.finish()
        try source.check(plainBytes: facts.bytes)
        return facts
    }

    private func command(
        for form: EncryptedForm, of encrypted: FilePath, home: FilePath
    ) throws -> EncryptionCommand {
        switch form {
        case .age:
            guard !identityFiles.isEmpty else { throw EncryptionError(.decrypting, encrypted, .noSecret(.age)) }
            let files = try identityFiles.map { try SecretFile.identities($0) }
            return try .age(programs, ["--decrypt"] + files.flatMap { ["-i", $0.string] })
        case .gpg:
            guard let passphraseFile else { throw EncryptionError(.decrypting, encrypted, .noSecret(.gpg)) }
            let secret = try SecretFile.passphrase(passphraseFile)
            return try .gpgDecrypting(programs, home: home, passphraseFile: secret)
        }
    }
}

/// What an encrypted file holds.
package struct DecryptedFacts: Hashable, Sendable {
    package let bytes: Int
    package let sha256: SHA256Digest
}

/// An encrypted file open for reading, of a form that is known.
struct EncryptedSource: ~Copyable {
    let file: OpenFile
    let form: EncryptedForm
    private let layout: AgeLayout?

    static func open(_ path: FilePath) throws -> EncryptedSource {
        let file = try OpenFile.reading(path)
        guard try file.facts().kind == .file else { throw EncryptionError(.decrypting, path, .notAFile) }
        let start = try file.beginning()
        guard let form = EncryptedForm.detect(start) else { throw EncryptionError(.decrypting, path, .notEncrypted) }
        if start.starts(with: EncryptedForm.gpgArmourIntro.utf8) {
            throw EncryptionError(.decrypting, path, .armoured)
        }
        if start.starts(with: AgeLayout.armourIntro.utf8), try !file.ends(with: AgeLayout.armourEnd) {
            throw EncryptionError(.decrypting, path, .damaged("its armour does not end as age ends it"))
        }
        return EncryptedSource(file: file, form: form, layout: AgeLayout(start: start))
    }

    /// The length of a binary age file tells how much it holds; the others do not say.
    func check(plainBytes: Int) throws {
        guard let layout, layout.plainBytes(of: try file.facts().size) != plainBytes else { return }
        throw EncryptionError(.decrypting, file.path, .damaged("it holds more or less than \(plainBytes) bytes"))
    }
}

/// The digest and count of bytes that another task passes on.
private final class DigestTally: Sendable {
    private struct State: ~Copyable {
        var hasher: SHA256Hasher?
        var bytes = 0
        var failure: DigestError?
    }

    private let state: Mutex<State>

    init() throws(DigestError) { state = Mutex(State(hasher: try SHA256Hasher())) }

    func add(_ piece: UnsafeRawBufferPointer) {
        let bytes = Array(piece)
        state.withLock { state in
            state.bytes += bytes.count
            do throws(DigestError) { try state.hasher?.update(bytes: bytes) } catch { state.failure = error }
        }
    }

    func finish() throws(DigestError) -> DecryptedFacts {
        try state.withLock { state throws(DigestError) in
            if let failure = state.failure { throw failure }
            guard let hasher = state.hasher.take() else {
                throw DigestError(operation: "finish", code: 0, message: "it was finished before")
            }
            return DecryptedFacts(bytes: state.bytes, sha256: try hasher.finish())
        }
    }
}
