import DurableFiles
import Encryption
import Foundation
import SystemPackage
import Testing

@Suite("Secrets and recipients", .timeLimit(.minutes(2)))
struct SecretTests {
    @Test(
        "a secret is in no argument and no variable, and no folder or agent is left", .enabled(if: Bench.hasGPG),
        arguments: [true, false])
    func noSecretOutside(decrypting: Bool) async throws {
        let bench = try await Bench()
        // Looks at itself as any user of the host can, then becomes gpg, with the same arguments.
        let log = bench("keys/log")
        let spy = try bench.program(
            "cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' '\\n' >> '\(log)'; exec gpg \"$@\"")
        let programs = EncryptionPrograms(age: nil, gpg: spy)
        let plain = try bench.put(sample(1000), at: "plain")
        try await bench.gpg.encrypt(
            plain, into: bench("x.gpg"), with: decrypting ? .installed : programs, timeLimit: .seconds(60))
        if decrypting {
            let secrets = Decryption(passphraseFile: bench.passphraseFile, programs: programs)
            try await secrets.decrypt(bench("x.gpg"), into: bench("back"), timeLimit: .seconds(60))
        }
        let seen = String(decoding: try DurableFile.read(log, limit: 1 << 20), as: UTF8.self)
        #expect(seen.contains("--passphrase-file\n\(bench.passphraseFile)"))
        #expect(!seen.contains("horse"))
        let lines = seen.split(separator: "\n")
        let home = try #require(lines.firstIndex(of: "--homedir").map { String(lines[$0 + 1]) })
        #expect(home.contains("ronde-gpg-"))
        #expect(!FileManager.default.fileExists(atPath: home))
        let running = try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { name in
            let line = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
            return String(decoding: line, as: UTF8.self).contains(home)
        }
        #expect(!running, "a process still knows \(home)")
    }

    @Test("an identity is in no argument and no variable", .enabled(if: Bench.hasAge))
    func noIdentityOutside() async throws {
        let bench = try await Bench()
        let log = bench("keys/log")
        let spy = try bench.program(
            "cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' '\\n' >> '\(log)'; exec age \"$@\"")
        let plain = try bench.put(sample(1000), at: "plain")
        try await bench.age.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        let secrets = Decryption(identityFiles: [bench.identity], programs: EncryptionPrograms(age: spy, gpg: nil))
        try await secrets.decrypt(bench("x.age"), into: bench("back"), timeLimit: .seconds(60))
        let seen = String(decoding: try DurableFile.read(log, limit: 1 << 20), as: UTF8.self)
        #expect(seen.contains("\(bench.identity)"))
        #expect(!seen.contains("AGE-SECRET-KEY"))
    }

    @Test(
        "a secret that others have access to is refused", .enabled(if: Bench.hasAge && Bench.hasGPG),
        arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777] as [CInterop.Mode])
    func exposed(mode: CInterop.Mode) async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(10), at: "plain")
        try await bench.age.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        for secret in [bench.identity, bench.passphraseFile] { #expect(chmod(secret.string, mode) == 0) }
        let exposed = EncryptionError.Cause.secretExposed(FilePermissions(rawValue: mode))
        let atGPG = await encryptionError {
            try await bench.gpg.encrypt(plain, into: bench("x.gpg"), timeLimit: .seconds(60))
        }
        #expect(atGPG?.cause == exposed)
        #expect(atGPG?.description.contains("chmod 600") == true)
        #expect(await encryptionError { try bench.gpg.check() }?.cause == exposed)
        let atAge = await encryptionError {
            try await bench.secrets.decrypt(bench("x.age"), into: bench("back"), timeLimit: .seconds(60))
        }
        #expect(atAge?.cause == exposed)
        #expect(try bench.entries() == ["plain", "x.age"])
    }

    @Test(
        "a secret of someone else may be given to a group, as systemd gives credentials, but not to all",
        .enabled(if: geteuid() == 0))
    func givenToGroup() async throws {
        let bench = try await Bench()
        #expect(chown(bench.passphraseFile.string, 65_534, getegid()) == 0)
        for mode: CInterop.Mode in [0o440, 0o640, 0o400] {
            #expect(chmod(bench.passphraseFile.string, mode) == 0)
            try bench.gpg.check()
        }
        for mode: CInterop.Mode in [0o444, 0o460, 0o404] {
            #expect(chmod(bench.passphraseFile.string, mode) == 0)
            _ = await encryptionError { try bench.gpg.check() }
        }
    }

    @Test(
        "a passphrase file that holds none is refused", .enabled(if: Bench.hasGPG),
        arguments: ["", "\n", "\nlater\n", "a\0b\n"])
    func emptyPassphrase(text: String) async throws {
        let bench = try await Bench()
        let path = try bench.put(Array(text.utf8), at: "keys/none")
        let error = await encryptionError { try Encryption.gpg(passphraseFile: path).check() }
        guard case .secretUnusable = error?.cause else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.path == path)
        #expect(throws: FileError.self) { try Encryption.gpg(passphraseFile: bench("keys/nowhere")).check() }
    }

    @Test("an identity file that age cannot use is named, and nothing of it is told", .enabled(if: Bench.hasAge))
    func uselessIdentity() async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(10), at: "plain")
        try await bench.age.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        for text in ["AGE-SECRET-KEY-1QQQQQQBROKEN\n", "hunter2\n", ""] {
            let path = try bench.put(Array(text.utf8), at: "keys/broken")
            let error = await encryptionError {
                let secrets = Decryption(identityFiles: [path])
                try await secrets.decrypt(bench("x.age"), into: bench("back"), timeLimit: .seconds(60))
            }
            #expect(error?.description.contains("QQQ") == false)
            #expect(error?.description.contains("hunter2") == false)
            guard case .secretUnusable = error?.cause else {
                Issue.record("\(text): \(String(describing: error))")
                continue
            }
        }
    }

    @Test("recipients are looked at before they are used", .enabled(if: Bench.hasAge))
    func recipients() async throws {
        let bench = try await Bench()
        let good = bench.recipient
        try Encryption.age(recipients: [good]).check()
        let slip = good.dropLast() + (good.hasSuffix("q") ? "p" : "q")
        let swapped = String(good.prefix(20)) + String(good.dropFirst(20).prefix(2).reversed()) + good.dropFirst(22)
        let bad = [
            "", "age1", String(slip), good + "q", String(good.dropLast()), good.uppercased(), good + " ", " " + good,
            "-o", "--output=/etc/passwd", "AGE-SECRET-KEY-1ABC", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-dss AAAA",
            "ssh-rsa not-base64!", good + "\n" + good, "someone", "agé1",
        ]
        for text in bad + (swapped == good ? [] : [swapped]) {
            let error = await encryptionError { try Encryption.age(recipients: [good, text]).check() }
            guard case .badRecipient = error?.cause else {
                Issue.record("'\(text)': \(String(describing: error))")
                continue
            }
            #expect(error?.description.contains("SECRET-KEY-1ABC") == false)
        }
        #expect(await encryptionError { try Encryption.age(recipients: []).check() }?.cause == .noRecipient)
        let file = try bench.put(Array("# nobody\n\n".utf8), at: "keys/list")
        #expect(await encryptionError { try Encryption.ageRecipientsFile(file).check() }?.cause == .noRecipient)
        try bench.put(Array("\(good)\nnobody\n".utf8), at: "keys/list")
        #expect(await encryptionError { try Encryption.ageRecipientsFile(file).check() }?.path == file)
    }

    @Test("a program that is missing is named with its package", arguments: EncryptedForm.allCases)
    func missingProgram(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let plain = try bench.put([1], at: "plain")
        let encryption: Encryption =
            form == .age
            ? .age(recipients: ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]) : bench.gpg
        let error = await encryptionError {
            try await encryption.encrypt(
                plain, into: bench("x"), with: EncryptionPrograms(age: nil, gpg: nil), timeLimit: .seconds(5))
        }
        #expect(error?.description.contains("Debian package '\(form == .age ? "age" : "gnupg")'") == true)
        #expect(try bench.entries() == ["plain"])
    }

    @Test("a file is known by how it begins")
    func forms() {
        #expect(EncryptedForm.detect(Array("age-encryption.org/v1\n-> X".utf8)) == .age)
        #expect(EncryptedForm.detect(Array("-----BEGIN AGE ENCRYPTED FILE-----\n".utf8)) == .age)
        #expect(EncryptedForm.detect(Array("-----BEGIN PGP MESSAGE-----\n".utf8)) == .gpg)
        #expect(EncryptedForm.detect([0x8C, 0x0D, 0x04, 0x09]) == .gpg)
        #expect(EncryptedForm.detect([0xC3, 0x0D, 0x04, 0x09]) == .gpg)
        for bytes: [UInt8] in [
            [], [0x8C], [0x8C, 0x0D], [0x1F, 0x8B, 0x08], [0x85, 0x01, 0x0C, 0x03], Array("SQLite format 3\0".utf8),
            Array("age-encryption.org/v2\n".utf8), [0x8C, 0x0D, 0x07],
        ] {
            #expect(EncryptedForm.detect(bytes) == nil)
        }
    }
}
