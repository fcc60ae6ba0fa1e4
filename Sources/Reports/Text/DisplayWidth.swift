/// How many columns text takes in a terminal, where every glyph fills one column or two.
///
/// The rules are those of Unicode's UAX #11 as terminals apply them: wide and full-width characters and emoji take two
/// columns, combining marks none. Ambiguous characters count as narrow.
package enum DisplayWidth {
    /// The columns of a whole text; control characters count as nothing and are for ``PrintableText`` to show.
    package static func of(_ text: some StringProtocol) -> Int {
        if isASCII(text.utf8) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The columns of one character, however many scalars it is made of.
    package static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return (0x20..<0x7F).contains(ascii) ? 1 : 0 }
        let scalars = character.unicodeScalars
        let isShownAsEmoji = scalars.count > 1 && scalars.contains("\u{FE0F}")
        return isShownAsEmoji ? 2 : scalars.reduce(0) { max($0, width(of: $1)) }
    }

    /// The text itself where it takes no more than `columns`, else as much of its beginning as fits before a `…`.
    package static func truncate(_ text: String, to columns: Int) -> String {
        if text.utf8.count <= columns, isASCII(text.utf8) { return text }
        var used = 0
        var kept = ""
        for character in text {
            used += of(character)
            if used > columns { return columns < 1 ? "" : shortened(kept, to: columns - 1) + "…" }
            kept.append(character)
        }
        return text
    }

    /// Whether every byte is a printable ASCII character, of which each takes one column.
    static func isASCII(_ bytes: some Sequence<UInt8>) -> Bool { bytes.allSatisfy { (0x20..<0x7F).contains($0) } }

    private static func shortened(_ text: String, to columns: Int) -> String {
        var text = text
        var width = of(text)
        while width > columns { width -= of(text.removeLast()) }
        while text.last == " " { text.removeLast() }
        return text
    }

    private static func width(of scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        // Vowels and finals of Hangul, which join the consonant before them.
        if (0x1160...0x11FF).contains(scalar.value) { return 0 }
        let isWide = scalar.properties.isEmojiPresentation || wide.contains { $0.contains(scalar.value) }
        return isWide ? 2 : 1
    }

    /// The blocks of wide and full-width characters other than emoji.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
        0x1AFF0...0x1B2FF, 0x1F1E6...0x1F1FF, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
}
