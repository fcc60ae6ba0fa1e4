/// What an encrypted file is, by how it begins.
package enum EncryptedForm: String, Hashable, Sendable, Codable, CaseIterable {
    /// An age file, binary or armoured (<https://age-encryption.org/v1>).
    case age
    /// An OpenPGP message under a passphrase (RFC 4880), binary or armoured.
    case gpg

    /// The end of a file's name: `.age`, `.gpg`.
    package var ending: String { ".\(rawValue)" }

    /// The form of a file that begins with these bytes, or nil where it is none of the two; 64 bytes are enough.
    ///
    /// An OpenPGP message for public keys is none. Armour hides which of the two a message is; it counts as ``gpg``.
    package static func detect(_ start: some Collection<UInt8>) -> EncryptedForm? {
        let bytes = Array(start.prefix(64))
        func begins(_ text: String) -> Bool { bytes.starts(with: text.utf8) }
        if begins(AgeLayout.intro) || begins(AgeLayout.armourIntro) { return .age }
        if begins(gpgArmourIntro) || isSymmetricPacket(bytes) { return .gpg }
        return nil
    }

    static let gpgArmourIntro = "-----BEGIN PGP MESSAGE-----"

    /// Whether the bytes begin with a symmetric-key encrypted session key packet (RFC 4880, 4.2 and 5.3).
    private static func isSymmetricPacket(_ bytes: [UInt8]) -> Bool {
        guard let tag = bytes.first else { return false }
        let versionAt: Int
        switch tag {
        case 0x8C, 0xC3: versionAt = 2  // one octet of length
        case 0x8D: versionAt = 3
        default: return false
        }
        guard bytes.count > versionAt else { return false }
        return (4...6).contains(bytes[versionAt])
    }
}

/// Where the parts of a binary age file are.
struct AgeLayout {
    static let intro = "age-encryption.org/v1\n"
    static let armourIntro = "-----BEGIN AGE ENCRYPTED FILE-----"
    /// How `age -a` ends a file; age itself is content without the line feed, and with blanks behind it.
    static let armourEnd = "\n-----END AGE ENCRYPTED FILE-----\n"
    private static let nonceBytes = 16
    private static let chunkBytes = 64 << 10
    private static let tagBytes = 16

    /// The length of the header, which ends with the line of its MAC.
    let headerBytes: Int

    /// Finds the end of the header; nil where the bytes are no binary age file or end within its header.
    init?(start: [UInt8]) {
        guard start.starts(with: Self.intro.utf8) else { return nil }
        var lineStart = 0
        while let end = start[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            if start[lineStart..<end].starts(with: "--- ".utf8) {
                headerBytes = end + 1
                return
            }
            lineStart = end + 1
        }
        return nil
    }

    /// How many bytes a file of this length decrypts to; nil where no age file can have this length.
    func plainBytes(of fileBytes: Int) -> Int? {
        let payload = fileBytes - headerBytes - Self.nonceBytes
        let sealed = Self.chunkBytes + Self.tagBytes
        let (full, rest) = payload.quotientAndRemainder(dividingBy: sealed)
        if payload == Self.tagBytes { return 0 }
        guard payload > 0, rest == 0 || rest > Self.tagBytes else { return nil }
        return full * Self.chunkBytes + max(rest - Self.tagBytes, 0)
    }
}
