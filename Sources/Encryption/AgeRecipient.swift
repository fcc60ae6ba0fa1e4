import DurableFiles
import Foundation
import SystemPackage

/// Recipients of age, looked at before age is, so that a slip of the pen shows when the configuration is read.
enum AgeRecipient {
    private static let longestFile = 1 << 20

    /// - Throws: ``EncryptionError`` naming `place` where the text is no recipient.
    static func check(_ text: String, at place: FilePath) throws(EncryptionError) {
        if let fault = fault(in: text) {
            throw EncryptionError(.encrypting, place, .badRecipient(shown(text), reason: fault))
        }
    }

    /// - Throws: ``EncryptionError`` where a line is no recipient or none is there; `FileError` when it cannot be read.
    static func checkFile(_ path: FilePath) throws {
        let text = String(decoding: try DurableFile.read(path, limit: longestFile), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.isEmpty && !$0.hasPrefix("#") }
        guard !lines.isEmpty else { throw EncryptionError(.encrypting, path, .noRecipient) }
        for line in lines { try check(String(line), at: path) }
    }

    /// A secret key put here by mistake must not travel into a log.
    private static func shown(_ text: String) -> String {
        text.uppercased().contains("SECRET-KEY") || text.contains("PRIVATE KEY") ? "AGE-SECRET-KEY-…" : text
    }

    static func fault(in text: String) -> String? {
        guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return "it has characters that none has" }
        if text.uppercased().hasPrefix("AGE-SECRET-KEY-") { return "it is a secret key; give its public key" }
        if text.hasPrefix("age1") { return bech32Fault(in: text) }
        if text.hasPrefix("ssh-ed25519 ") || text.hasPrefix("ssh-rsa ") { return sshFault(in: text) }
        return "it begins like none"
    }

    /// The checksum of Bech32 (BIP 173), which finds any slip in up to four characters.
    private static func bech32Fault(in text: String) -> String? {
        guard let mark = text.lastIndex(of: "1") else { return "it begins like none" }
        let values = text[text.index(after: mark)...].utf8.map { Array(charset.utf8).firstIndex(of: $0) }
        guard !values.contains(nil) else { return "it has characters that none has" }
        // 32 bytes are 52 characters, and six are the checksum; a plugin's may have any length.
        if text[..<mark] == "age", values.count != 58 { return "its length is wrong" }
        let prefix = text[..<mark].utf8.map(Int.init)
        let all = prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } + values.compactMap { $0 }
        return values.count >= 6 && checksum(all) == 1 ? nil : "its checksum is wrong, so a character is"
    }

    private static let charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

    private static func checksum(_ values: [Int]) -> Int {
        let generators = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
        return values.reduce(1) { sum, value in
            let shifted = ((sum & 0x1FF_FFFF) << 5) ^ value
            return generators.indices.reduce(shifted) { (sum >> (25 + $1)) & 1 == 1 ? $0 ^ generators[$1] : $0 }
        }
    }

    /// The Base64 part repeats the type (RFC 4253, 6.6).
    private static func sshFault(in text: String) -> String? {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let key = Data(base64Encoded: String(words[1])), key.count >= 51 else {
            return "its key is not whole"
        }
        let type = [0, 0, 0, UInt8(words[0].utf8.count)] + Array(words[0].utf8)
        return key.starts(with: type) && (words[0] == "ssh-rsa" || key.count == 51) ? nil : "its key is of another type"
    }
}
