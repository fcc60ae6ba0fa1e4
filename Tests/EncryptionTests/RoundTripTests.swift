import Digests
import DurableFiles
import Encryption
import Foundation
import SystemPackage
import Testing

@Suite("What is encrypted can be decrypted", .timeLimit(.minutes(2)), .enabled(if: Bench.hasAge && Bench.hasGPG))
struct RoundTripTests {
    @Test(
        "any length comes back, and the copies are for their owner alone",
        arguments: EncryptedForm.allCases, [0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_000])
    func lengths(form: EncryptedForm, bytes: Int) async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(bytes), at: "plain")
        let sealed = bench("plain" + form.ending)
        try await bench.encryption(form).encrypt(plain, into: sealed, timeLimit: .seconds(60))
        #expect(EncryptedForm.detect(try bench.bytes("plain" + form.ending)) == form)
        try await bench.secrets.decrypt(sealed, into: bench("back"), timeLimit: .seconds(60))
        #expect(try bench.bytes("back") == sample(bytes))
        for file in [sealed, bench("back")] {
            #expect(try FileFacts.of(file, followingLinks: false)?.permissions == .ownerReadWrite)
        }
        let facts = try await bench.secrets.facts(of: sealed, timeLimit: .seconds(60))
        #expect(facts.bytes == bytes)
        #expect(facts.sha256 == (try SHA256Digest(of: sample(bytes))))
        #expect(try bench.entries() == ["back", "plain", "plain" + form.ending])
    }

    @Test("the operators' own commands open what Ronde made")
    func readByOthers() async throws {
        let bench = try await Bench()
        try bench.makeGPGHome()
        let plain = try bench.put(sample(200_000), at: "a 'plain' one")
        try await bench.age.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        try await bench.gpg.encrypt(plain, into: bench("x.gpg"), timeLimit: .seconds(60))
        try await bench.shell("age -d -i '\(bench.identity)' -o from-age x.age")
        try await bench.shell("\(bench.plainGPG) -o from-gpg -d x.gpg")
        #expect(try bench.bytes("from-age") == sample(200_000))
        #expect(try bench.bytes("from-gpg") == sample(200_000))
        let packets = try await bench.shell("\(bench.plainGPG) --list-packets x.gpg 2>/dev/null | grep symkey")
        #expect(packets.contains("cipher 9"), "not AES256: \(packets)")
    }

    @Test(
        "Ronde opens what the operators' own commands made",
        arguments: [
            "age -r $RECIPIENT -o sealed plain", "age -a -r $RECIPIENT -o sealed plain",
            "$GPG -o sealed -c plain",
            "$GPG -o sealed -z 0 -c plain", "cat plain | $GPG -o sealed --cipher-algo AES256 -c",
        ])
    func madeByOthers(command: String) async throws {
        let bench = try await Bench()
        try bench.makeGPGHome()
        try bench.put(sample(200_000), at: "plain")
        let line = command.replacing("$RECIPIENT", with: bench.recipient).replacing("$GPG", with: bench.plainGPG)
        try await bench.shell(line)
        try await bench.secrets.decrypt(bench("sealed"), into: bench("back"), timeLimit: .seconds(60))
        #expect(try bench.bytes("back") == sample(200_000))
    }

    @Test("recipients can stand in a file, and be SSH keys", .enabled(if: Bench.hasSSH))
    func recipientsFile() async throws {
        let bench = try await Bench()
        try await bench.shell("ssh-keygen -q -t ed25519 -N '' -C 'a comment' -f keys/ssh")
        try await bench.shell("ssh-keygen -q -t rsa -b 2048 -N '' -f keys/rsa")
        try await bench.shell(
            "(echo '# who'; echo; echo \(bench.recipient); cat keys/ssh.pub keys/rsa.pub) > keys/list")
        let plain = try bench.put(sample(1000), at: "plain")
        let encryption = Encryption.ageRecipientsFile(bench("keys/list"))
        try encryption.check()
        try await encryption.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        for (number, key) in ["keys/ssh", "keys/rsa", "keys/age.txt"].enumerated() {
            let secrets = Decryption(identityFiles: [bench(key)])
            try await secrets.decrypt(bench("x.age"), into: bench("back\(number)"), timeLimit: .seconds(60))
            #expect(try bench.bytes("back\(number)") == sample(1000))
        }
        let key = try await bench.shell("cat keys/ssh.pub")
        try await Encryption.age(recipients: [key]).encrypt(plain, into: bench("y.age"), timeLimit: .seconds(60))
        let facts = try await Decryption(identityFiles: [bench("keys/ssh")]).facts(
            of: bench("y.age"), timeLimit: .seconds(60))
        #expect(facts.bytes == 1000)
    }

    @Test("an existing file is never replaced", arguments: EncryptedForm.allCases)
    func existing(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(100), at: "plain")
        try bench.put([1], at: "there")
        await #expect(throws: FileError(operation: "create", path: bench("there"), errno: .fileExists)) {
            try await bench.encryption(form).encrypt(plain, into: bench("there"), timeLimit: .seconds(60))
        }
        try await bench.encryption(form).encrypt(plain, into: bench("sealed"), timeLimit: .seconds(60))
        await #expect(throws: FileError(operation: "create", path: bench("there"), errno: .fileExists)) {
            try await bench.secrets.decrypt(bench("sealed"), into: bench("there"), timeLimit: .seconds(60))
        }
        #expect(try bench.bytes("there") == [1])
        #expect(try bench.entries() == ["plain", "sealed", "there"])
    }

    @Test("a configuration of encryption is the same after it was written and read")
    func coding() throws {
        for encryption: Encryption in [
            .age(recipients: ["age1x", "ssh-rsa y"]), .ageRecipientsFile("/a/b"), .gpg(passphraseFile: "/c d"),
        ] {
            let text = try JSONEncoder().encode(encryption)
            #expect(try JSONDecoder().decode(Encryption.self, from: text) == encryption)
        }
    }
}
