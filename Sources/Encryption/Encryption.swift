package import DurableFiles
import Processes
package import SystemPackage

/// How files are encrypted: by the operators' own `age` or `gpg`, so that both open them without Ronde.
package enum Encryption: Hashable, Sendable, Codable {
    /// For these age recipients; whoever encrypts cannot read what came of it.
    case age(recipients: [String])
    /// For the recipients that a file lists, one a line, as `age -R` reads it.
    case ageRecipientsFile(FilePath)
    /// AES256 under the passphrase that is the first line of a file only its owner can read.
    case gpg(passphraseFile: FilePath)

    /// The form of the files it makes.
    package var form: EncryptedForm {
        switch self {
        case .age, .ageRecipientsFile: .age
        case .gpg: .gpg
        }
    }

    /// Whether what it needs is there: the program, valid recipients, a passphrase that only its owner can read.
    ///
    /// - Throws: ``EncryptionError``, `FileError` when a file cannot be read.
    package func check(with programs: EncryptionPrograms = .installed) throws {
        _ = try command(with: programs, home: "/")
    }

    /// Makes `new` the encrypted copy of `plain`, readable by its owner alone; it appears whole or not at all.
    ///
    /// The program may run as long as `timeLimit`.
    ///
    /// - Throws: ``EncryptionError``; `FileError` when a file cannot be read or written, `.fileExists` when `new` is
    ///   there already; `CancellationError`. Nothing is left then.
    package func encrypt(
        _ plain: FilePath, into new: FilePath, with programs: EncryptionPrograms = .installed, timeLimit: Duration
    ) async throws {
        let temporary = try TemporaryFile.create(beside: new, permissions: .ownerReadWrite)
        try await encrypt(plain, into: temporary, named: new, with: programs, timeLimit: timeLimit)
        try temporary.publish(as: new, replacing: false)
    }

    /// Writes the encrypted form of `plain` into a file being made, which its owner publishes.
    ///
    /// In messages the file has the name that it will have.
    ///
    /// - Throws: as ``encrypt(_:into:with:timeLimit:)``; what was written is not to be used then.
    package func encrypt(
        _ plain: FilePath, into temporary: borrowing TemporaryFile, named name: FilePath,
        with programs: EncryptionPrograms = .installed, timeLimit: Duration
    ) async throws {
        let source = try OpenFile.reading(plain)
        let before = try source.facts()
        guard before.kind == .file else { throw EncryptionError(.encrypting, plain, .notAFile) }
        let home = try PrivateFolder.make()
        let command = try command(with: programs, home: home.path)
        let report = try await command.child(reading: source.descriptor, timeLimit: timeLimit)
            .run(into: temporary.descriptor)
        try command.outcome(.encrypting, plain, into: name).check(report, timeLimit: timeLimit)
        guard try source.facts().size == before.size, try source.facts().modified == before.modified else {
            throw EncryptionError(.encrypting, plain, .changed)
        }
        try checkResult(of: plain, bytes: before.size, in: temporary, program: command.name)
    }

    /// An exit status of 0 is believed only with a file of the right form and length.
    private func checkResult(
        of plain: FilePath, bytes: Int, in temporary: borrowing TemporaryFile, program: String
    ) throws {
        let result = try OpenFile.reading(temporary.path)
        let size = try result.facts().size
        let start = try result.beginning()
        let isWhole =
            switch form {
            case .age: AgeLayout(start: start)?.plainBytes(of: size) == bytes
            case .gpg: size > bytes
            }
        guard EncryptedForm.detect(start) == form, isWhole else {
            throw EncryptionError(
                .encrypting, plain, .failed(program: program, how: "ended well", words: "but wrote only a part"))
        }
    }

    private func command(with programs: EncryptionPrograms, home: FilePath) throws -> EncryptionCommand {
        switch self {
        case .age(let recipients):
            guard !recipients.isEmpty else { throw EncryptionError(.encrypting, "age", .noRecipient) }
            for recipient in recipients { try AgeRecipient.check(recipient, at: "age") }
            return try .age(programs, recipients.flatMap { ["-r", $0] })
        case .ageRecipientsFile(let path):
            try AgeRecipient.checkFile(path)
            return try .age(programs, ["-R", path.absolute.string])
        case .gpg(let path):
            let secret = try SecretFile.passphrase(path)
            return try .gpgEncrypting(programs, home: home, passphraseFile: secret)
        }
    }
}

extension OpenFile {
    /// Whether these are the last bytes.
    func ends(with text: String) throws(FileError) -> Bool {
        let size = try facts().size
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: text.utf8.count, alignment: 16)
        defer { buffer.deallocate() }
        guard size >= buffer.count else { return false }
        return try read(into: buffer, at: size - buffer.count) == buffer.count && buffer.elementsEqual(text.utf8)
    }

    /// The first mebibyte: an age header has a line or more for each recipient.
    func beginning() throws(FileError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var count = 0
        while count < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
            let read = try read(into: rest, at: count)
            if read == 0 { break }
            count += read
        }
        return Array(buffer[..<count])
    }
}
