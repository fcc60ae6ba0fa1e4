/// Text from outside, made safe to show on one line of a terminal, a page or a Markdown file.
package enum PrintableText {
    /// The text with everything that is not seen, but does something, written out: `\n`, `\t`, `\x1B`, `\u202E`.
    ///
    /// Written out are control characters, line separators, bidirectional overrides and other format characters (the
    /// two joiners only after ASCII, where they join nothing) and the seventh and later combining mark on one character.
    /// White space at both ends goes. A backslash of the text itself stays as it is: the result is for reading, not for
    /// parsing.
    ///
    /// - Parameters:
    ///   - text: what came from outside.
    ///   - limit: how many Unicode scalars of it are looked at.
    /// - Returns: one line, with `…` at its end where there was more than `limit`.
    package static func of(_ text: String, limit: Int = 1000) -> String {
        if isPlain(text.utf8, limit: limit) { return text }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        var result = String.UnicodeScalarView()
        var (marks, count) = (0, 0)
        var previous: Unicode.Scalar = " "
        for scalar in scalars[first...last] {
            if count == limit { return String(result) + "…" }
            count += 1
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            if marks > longestStack || isHidden(scalar, after: previous) {
                result.append(contentsOf: escape(scalar))
            } else {
                result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }

    /// Whether there is nothing to write out: what nearly all text in long lists is.
    private static func isPlain(_ bytes: String.UTF8View, limit: Int) -> Bool {
        bytes.count <= limit && bytes.first != UInt8(ascii: " ") && bytes.last != UInt8(ascii: " ")
            && DisplayWidth.isASCII(bytes)
    }

    /// More marks than any script puts on one character climb over the lines above.
    private static let longestStack = 6

    private static func isHidden(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Zero-width joiner and non-joiner shape many scripts and emoji.
        case .format: !((0x200C...0x200D).contains(scalar.value) && !previous.isASCII)
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        switch scalar {
        case "\n": return "\\n".unicodeScalars
        case "\r": return "\\r".unicodeScalars
        case "\t": return "\\t".unicodeScalars
        default: break
        }
        let (mark, digits) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let number = String(scalar.value, radix: 16, uppercase: true)
        return ("\\" + mark + String(repeating: "0", count: digits - number.count) + number).unicodeScalars
    }
}
