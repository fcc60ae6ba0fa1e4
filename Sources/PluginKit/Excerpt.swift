/// The beginning of a text from outside, on one line and without anything that does more than be read.
package enum Excerpt {
    /// The beginning of a text: `limit` Unicode scalars are kept, and `…` says that there were more.
    ///
    /// White space is kept as one space between words. Where there is very much of it the rest is not looked for.
    package static func of(_ text: String, limit: Int = 200) -> String {
        var shown = ""
        var (count, pendingSpace) = (0, false)
        for scalar in text.unicodeScalars.prefix(limit * 16) {
            if scalar.properties.isWhitespace {
                pendingSpace = !shown.isEmpty
                continue
            }
            guard count < limit else { return shown + "…" }
            if pendingSpace { shown += " " }
            count += pendingSpace ? 2 : 1
            pendingSpace = false
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// The same of bytes, which need not be text.
    package static func of(_ bytes: [UInt8], limit: Int = 200) -> String {
        // Four bytes a scalar at most, and some room for white space that is left out.
        of(String(decoding: bytes.prefix(limit * 16), as: UTF8.self), limit: limit)
    }
}
