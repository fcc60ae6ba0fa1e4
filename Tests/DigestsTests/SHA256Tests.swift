import Foundation
import Testing

@testable import Digests

@Suite("SHA-256 digests")
struct SHA256Tests {
    // FIPS 180-4 example messages, and the empty one.
    @Test(
        "agree with the published examples",
        arguments: [
            ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ])
    func publishedExamples(_ text: String, repeated count: Int, digest: String) throws {
        let bytes = Array(String(repeating: text, count: count).utf8)
        #expect(try SHA256Digest(of: bytes).description == digest)
    }

    @Test("do not depend on how the bytes are cut into pieces", arguments: [1, 7, 63, 64, 65, 4096])
    func pieces(of size: Int) throws {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var hasher = try SHA256Hasher()
        for start in stride(from: 0, to: bytes.count, by: size) {
            try hasher.update(bytes: Array(bytes[start..<min(start + size, bytes.count)]))
            try hasher.update(UnsafeRawBufferPointer(start: nil, count: 0))
        }
        let pieced = try hasher.finish()
        #expect(try pieced == SHA256Digest(of: bytes))
    }

    @Test("read back what they write, in either case")
    func hexRoundTrip() throws {
        let digest = try SHA256Digest(of: [1, 2, 3])
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(digest.hex == digest.hex.lowercased() && digest.hex.count == 64)
    }

    @Test(
        "refuse text that is not 64 hexadecimal digits",
        arguments: [
            "", "e3", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
            String(repeating: "0", count: 66), String(repeating: "0", count: 63) + "g",
            " " + String(repeating: "0", count: 63), String(repeating: "é", count: 32),
            String(repeating: "0", count: 64) + "\n",
        ])
    func refusesOtherText(_ text: String) {
        #expect(SHA256Digest(hex: text) == nil)
    }

    @Test("refuse any other number of bytes", arguments: [0, 31, 33])
    func refusesOtherCounts(_ count: Int) {
        #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test("are one string of hexadecimal digits in JSON")
    func codable() throws {
        let digest = try SHA256Digest(of: Array("abc".utf8))
        let json = try JSONEncoder().encode([digest])
        #expect(String(decoding: json, as: UTF8.self) == "[\"\(digest.hex)\"]")
        #expect(try JSONDecoder().decode([SHA256Digest].self, from: json) == [digest])
    }

    @Test("refuse JSON that is no digest, and say what one is", arguments: ["[\"abc\"]", "[\"\"]"])
    func refusesOtherJSON(_ json: String) throws {
        let error = try #require(throws: DecodingError.self) {
            try JSONDecoder().decode([SHA256Digest].self, from: Data(json.utf8))
        }
        #expect("\(error)".contains("64 hexadecimal digits"))
    }

    @Test("fail with words when libcrypto gives none")
    func errorWords() {
        let silent = DigestError(operation: "update", code: 0, message: "")
        #expect(silent.description == "cannot compute a SHA-256 digest (update): libcrypto gives no reason")
    }
}
