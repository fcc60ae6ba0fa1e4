import Archiving
import Backups
import DurableFiles
import Encryption
import Foundation
import Maintenance
import SQLiteFile
import SystemPackage
import Testing

@Suite("Making an encrypted set", .enabled(if: hasProgram("age") && hasProgram("gpg")))
struct MakingEncryptedTests {
    /// A file that only its owner may read.
    private func secret(_ text: String, in scratch: Scratch) throws -> FilePath {
        let path = scratch.path("passphrase")
        try DurableFile.write(Array((text + "\n").utf8), to: path, permissions: .ownerReadWrite)
        return path
    }

    private func identity(in scratch: Scratch) throws -> (file: FilePath, recipient: String) {
        let path = scratch.path("identity")
        try runProgram("age-keygen", ["-o", path.string])
        return (path, try runProgram("age-keygen", ["-y", path.string]).output.trimmingCharacters(in: .newlines))
    }

    @Test("what age decrypts is the compressed copy, and nothing in the clear is left")
    func age() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        let (identity, recipient) = try identity(in: scratch)
        var request = scratch.request([.daily, .weekly])
        request.encryption = .age(recipients: [recipient])
        let result = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
        for folder in ["daily", "weekly"] {
            #expect(try scratch.names(folder) == ["test_20251216_020000.db.gz.age", "test_20251216_020000.json"])
        }
        let file = result.manifest.files[0]
        #expect(file.encryption == "age" && file.bytes > file.plainBytes ?? .max)
        #expect(!result.manifest.verification.checks.contains(.unpacked))
        let path = result.sets[0].filePaths[0]
        #expect(try permissions(of: path) == "600")
        let restored = scratch.path("restored.db")
        try runProgram("sh", ["-c", "age -d -i '\(identity)' '\(path)' | gunzip -c > '\(restored)'"])
        #expect(try contents(of: restored) == contents(of: source))
        #expect(try scratch.names("scratch").isEmpty)
        // With the identity here it is opened once before it counts.
        request.decryption = Decryption(identityFiles: [identity])
        let opened = try await BackupMaker(request, now: clock("2025-12-17T01:00:00Z")).make()
        #expect(opened.manifest.verification.checks.contains(.unpacked))
    }

    @Test("a passphrase file encrypts with gpg, and is tried before the set counts")
    func gpg() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request()
        request.compression = .zstd
        let passphrase = try secret("correct horse", in: scratch)
        let settings = BackupEncryption(method: .gpg(passphraseFile: passphrase.string))
        request.encryption = Encryption(settings)
        request.decryption = Decryption(settings)
        let result = try await BackupMaker(request).make()
        #expect(result.sets[0].title.hasSuffix(".db.zst.gpg"))
        #expect(result.manifest.verification.checks.contains(.unpacked))
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("a damaged database is kept apart in the form that its sets have")
    func quarantine() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        try runProgram("dd", ["if=/dev/urandom", "of=\(source)", "bs=4096", "seek=20", "count=20", "conv=notrunc"])
        var request = scratch.request()
        request.encryption = .gpg(passphraseFile: try secret("correct horse", in: scratch))
        await #expect(throws: BackupError.self) { try await BackupMaker(request).make() }
        let names = try scratch.names("daily/quarantine")
        #expect(names.count == 2 && names[0].hasSuffix(".db.gz.gpg"), "\(names)")
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("an export in the clear beside encrypted sets, and a secret that others can read, are refused beforehand")
    func refused() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request()
        let passphrase = try secret("correct horse", in: scratch)
        request.encryption = .gpg(passphraseFile: passphrase)
        request.exportsSQL = true
        await #expect(throws: PlainExportRefused.self) { try await BackupMaker(request).make() }
        request.exportsSQL = false
        try runProgram("chmod", ["644", passphrase.string])
        await #expect(throws: EncryptionError.self) { try await BackupMaker(request).make() }
        #expect(try FileFacts.of(scratch.path("daily"), followingLinks: false) == nil)
    }

    @Test("cancelled while it is encrypted it leaves nothing")
    func cancelled() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request()
        request.encryption = .gpg(passphraseFile: try secret("correct horse", in: scratch))
        let maker = BackupMaker(
            request,
            observe: { stage, _ in
                if stage == .encrypting { withUnsafeCurrentTask { $0?.cancel() } }
            })
        let work = Task { try await maker.make() }
        await #expect(throws: (any Error).self) { try await work.value }
        #expect(try scratch.names("daily").isEmpty && scratch.names("scratch").isEmpty)
    }
}
