import DurableFiles
import Encryption
import Foundation
import SystemPackage
import Testing

/// The promise: an altered file ends in an error, and nothing is under the final name or beside it.
@Suite("Altered files", .timeLimit(.minutes(5)), .enabled(if: Bench.hasAge && Bench.hasGPG))
struct AlteredFileTests {
    private static let plain = sample(150_000)

    /// Three chunks of age, and several of gpg's partial lengths; made by plain commands, quick to try.
    private func sealed(_ form: EncryptedForm, in bench: Bench) async throws -> [UInt8] {
        try bench.makeGPGHome()
        try bench.put(Self.plain, at: "keys/plain")
        switch form {
        case .age: try await bench.shell("age -r \(bench.recipient) -o keys/sealed keys/plain")
        case .gpg: try await bench.shell("\(bench.plainGPG) -z 0 -c < keys/plain > keys/sealed")
        }
        let bytes = try bench.bytes("keys/sealed")
        try bench.put(bytes, at: "sealed")
        try await bench.secrets.decrypt(bench("sealed"), into: bench("whole"), timeLimit: .seconds(60))
        #expect(try bench.bytes("whole") == Self.plain)
        try DurableFile.remove(bench("whole"))
        return bytes
    }

    private func expectRefusal(_ bytes: [UInt8], _ what: String, in bench: Bench) async throws {
        try bench.put(bytes, at: "sealed")
        do {
            try await bench.secrets.decrypt(bench("sealed"), into: bench("plain"), timeLimit: .seconds(60))
            Issue.record("\(what): accepted")
        } catch let error as EncryptionError {
            #expect(error.path == bench("sealed"), "\(what)")
            #expect(error.description.contains("use ") || error.cause == .notEncrypted, "\(what): \(error)")
            switch error.cause {
            case .damaged, .wrongSecret, .notEncrypted: break
            default: Issue.record("\(what): \(error)")
            }
        }
        #expect(try bench.entries() == ["sealed"], "\(what)")
    }

    @Test("cut off anywhere", arguments: EncryptedForm.allCases)
    func truncated(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let bytes = try await sealed(form, in: bench)
        let end = bytes.count
        // The header, the first chunk, both sides of each chunk's end, and the last bytes.
        var positions = Array(0..<24) + stride(from: 24, to: 240, by: 12) + stride(from: 240, to: end, by: 9000)
        for edge in [200, 65_752, 131_304, 8192, 16_384] { positions += [edge - 1, edge, edge + 1, edge + 17] }
        positions += (1...24).map { end - $0 }
        for position in Set(positions).sorted() where position < end {
            try await expectRefusal(Array(bytes[..<position]), "cut off at \(position)", in: bench)
        }
    }

    @Test("a single bit altered anywhere", arguments: EncryptedForm.allCases)
    func flipped(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let bytes = try await sealed(form, in: bench)
        let end = bytes.count
        var bits = (0..<40).map { $0 * 8 + $0 % 8 } + stride(from: 320, to: 2000, by: 61)
        bits += stride(from: 2000, to: end * 8, by: 40_009) + (1...40).map { end * 8 - $0 * 5 }
        for bit in bits {
            var altered = bytes
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            try await expectRefusal(altered, "bit \(bit)", in: bench)
        }
    }

    @Test("something behind it", arguments: EncryptedForm.allCases)
    func trailing(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let bytes = try await sealed(form, in: bench)
        try await bench.shell("echo evil | \(bench.plainGPG) --store > keys/literal")
        let literal = try bench.bytes("keys/literal")
        for more in [[0], [UInt8](repeating: 0, count: 100), Array("garbage".utf8), literal, bytes, [0x0A]] {
            try await expectRefusal(bytes + more, "\(more.count) bytes more", in: bench)
            if form == .gpg { try await expectRefusal(more + bytes, "\(more.count) bytes before", in: bench) }
        }
    }

    @Test("a gpg message of known length with something behind it")
    func trailingKnownLength() async throws {
        let bench = try await Bench()
        _ = try await sealed(.gpg, in: bench)
        try await bench.shell("\(bench.plainGPG) -z 0 -o keys/known -c keys/plain")
        try await bench.shell("echo evil | \(bench.plainGPG) --store > keys/literal")
        let known = try bench.bytes("keys/known")
        for more in [try bench.bytes("keys/literal"), known, [0], Array("garbage".utf8)] {
            try await expectRefusal(known + more, "\(more.count) bytes more", in: bench)
        }
    }

    @Test("armour of age, altered at either end or anywhere between")
    func armoured() async throws {
        let bench = try await Bench()
        try bench.put(sample(3000), at: "keys/plain")
        try await bench.shell("age -a -r \(bench.recipient) -o keys/armoured keys/plain")
        let bytes = try bench.bytes("keys/armoured")
        for count in Array(1...60) + [500, bytes.count - 40, bytes.count - 1] {
            try await expectRefusal(Array(bytes.dropLast(count)), "\(count) bytes less", in: bench)
        }
        for more in ["\n", " ", "x", "\0"] {
            try await expectRefusal(bytes + Array(more.utf8), "'\(more)' more", in: bench)
        }
        for bit in Array(0..<40).map({ bytes.count * 8 - 1 - $0 * 11 }) + stride(from: 0, to: 30_000, by: 997) {
            var altered = bytes
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            try await expectRefusal(altered, "bit \(bit)", in: bench)
        }
    }

    @Test("armour of gpg, whose end gpg overlooks, is refused with what to do, and its binary form is opened")
    func armouredGPG() async throws {
        let bench = try await Bench()
        try bench.makeGPGHome()
        try bench.put(sample(3000), at: "keys/plain")
        try await bench.shell("\(bench.plainGPG) --armor -c < keys/plain > keys/armoured")
        let bytes = try bench.bytes("keys/armoured")
        for count in [0, 1, 20, 30] {
            try bench.put(Array(bytes.dropLast(count)), at: "sealed")
            let error = await encryptionError {
                try await bench.secrets.decrypt(bench("sealed"), into: bench("plain"), timeLimit: .seconds(60))
            }
            #expect(error?.cause == .armoured)
            #expect(error?.description.contains("gpg --dearmor") == true)
            #expect(try bench.entries() == ["sealed"])
        }
        try await bench.shell("\(bench.plainGPG) --dearmor < keys/armoured > keys/binary")
        let facts = try await bench.secrets.facts(of: bench("keys/binary"), timeLimit: .seconds(60))
        #expect(facts.bytes == 3000)
    }

    @Test("what gpg would pass on although it was never encrypted")
    func neverEncrypted() async throws {
        let bench = try await Bench()
        try bench.makeGPGHome()
        try await bench.shell("echo evil > keys/x; \(bench.plainGPG) -o keys/stored --store keys/x")
        for name in ["keys/stored", "keys/x"] {
            try await expectRefusal(try bench.bytes(name), name, in: bench)
        }
    }

    @Test("gpg without integrity protection")
    func unprotected() async throws {
        let bench = try await Bench()
        try bench.makeGPGHome()
        // A symmetrically encrypted packet of the old kind (tag 9), behind a key packet that fits the passphrase.
        let head = try await sealed(.gpg, in: bench).prefix(15)
        try await expectRefusal(Array(head) + [0xC9, 30] + sample(30), "tag 9", in: bench)
    }

    @Test("the wrong identity or passphrase is named as that")
    func wrongSecret() async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(100), at: "plain")
        try await bench.age.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        try await bench.gpg.encrypt(plain, into: bench("x.gpg"), timeLimit: .seconds(60))
        _ = try await Bench.makeIdentity(at: bench("keys/other.txt"))
        try bench.put(Array("something else\n".utf8), at: "keys/other")
        let wrong = Decryption(identityFiles: [bench("keys/other.txt")], passphraseFile: bench("keys/other"))
        for name in ["x.age", "x.gpg"] {
            let error = await encryptionError {
                try await wrong.decrypt(bench(name), into: bench("back"), timeLimit: .seconds(60))
            }
            guard case .wrongSecret = error?.cause else {
                Issue.record("\(name): \(String(describing: error))")
                continue
            }
            _ = await encryptionError { _ = try await wrong.facts(of: bench(name), timeLimit: .seconds(60)) }
        }
        // With several identities the right one is found.
        let both = Decryption(identityFiles: [bench("keys/other.txt"), bench.identity])
        #expect(try await both.facts(of: bench("x.age"), timeLimit: .seconds(60)).bytes == 100)
        #expect(try bench.entries() == ["plain", "x.age", "x.gpg"])
    }

    @Test("an age file for a passphrase or without a secret says what is missing")
    func missingSecret() async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(100), at: "plain")
        try await bench.age.encrypt(plain, into: bench("x.age"), timeLimit: .seconds(60))
        try await bench.gpg.encrypt(plain, into: bench("x.gpg"), timeLimit: .seconds(60))
        for (name, form) in [("x.age", EncryptedForm.age), ("x.gpg", .gpg)] {
            let error = await encryptionError {
                try await Decryption().decrypt(bench(name), into: bench("back"), timeLimit: .seconds(60))
            }
            #expect(error?.cause == .noSecret(form))
        }
        #expect(try bench.entries() == ["plain", "x.age", "x.gpg"])
    }
}
