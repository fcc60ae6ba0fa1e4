/// A URL as it may be shown: without user and password, printable, not endless.
struct MaskedURL: CustomStringConvertible {
    let description: String

    init(_ url: String) {
        let bytes = Array(url.utf8)
        // Bytes, not characters: a combining mark behind the "@" would hide it from a search for the character.
        let authority = Self.authorityStart(in: bytes)
        var end = bytes.endIndex
        // In what does not parse nobody knows where the password ends: then all up to the last "@" is masked.
        if URLSyntax.mistake(in: url) == nil {
            end = bytes[authority...].firstIndex { "/?#".utf8.contains($0) } ?? end
        }
        if let sign = bytes[authority..<end].lastIndex(of: UInt8(ascii: "@")) {
            let scheme = String(decoding: bytes[..<authority], as: UTF8.self)
            description = Printable(scheme + "***" + String(decoding: bytes[sign...], as: UTF8.self)).description
        } else {
            description = Printable(url).description
        }
    }

    /// Where user, password and host begin: behind `http:` or `https:` and its slashes, or at the start.
    private static func authorityStart(in bytes: [UInt8]) -> Int {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return 0 }
        let scheme = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
        guard scheme == "http" || scheme == "https" else { return 0 }
        return bytes[(colon + 1)...].firstIndex { $0 != UInt8(ascii: "/") } ?? bytes.endIndex
    }
}

/// Text from outside as it may be shown: control characters spelled out, cut after 300 characters.
struct Printable: CustomStringConvertible {
    let description: String

    init(_ text: String) {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < 300 else {
                shown += "…"
                break
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        description = shown
    }
}
