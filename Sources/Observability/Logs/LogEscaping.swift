/// Text from outside, made fit for a line: it begins no line of its own, and does nothing to a terminal.
enum LogEscaping {
    /// The inside of a JSON string, also free of what terminals act on.
    ///
    /// - Parameters:
    ///   - text: any text.
    ///   - limit: how many bytes of the result; where the text needs more, it ends with `…`.
    /// - Returns: text for between two double quotes.
    static func json(_ text: String, limit: Int) -> String {
        bounded(text, limit: limit) { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: acts(scalar) ? utf16(scalar) : nil
            }
        }
    }

    /// Text for people: control characters are written out as `\n` and `\u{1B}`.
    static func text(_ text: String, limit: Int) -> String {
        bounded(text, limit: limit) { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: acts(scalar) ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : nil
            }
        }
    }

    /// A value after `key=`: in quotes where it is empty, or has blanks, quotes or something to escape.
    static func value(_ text: String, limit: Int) -> String {
        let isPlain =
            !text.isEmpty && text.unicodeScalars.allSatisfy { !acts($0) && $0 != " " && $0 != "\"" && $0 != "=" }
        if isPlain { return self.text(text, limit: limit) }
        let inner = bounded(text, limit: limit) { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            default: acts(scalar) ? "\\u{\(String(scalar.value, radix: 16, uppercase: true))}" : nil
            }
        }
        return "\"\(inner)\""
    }

    private static func bounded(_ text: String, limit: Int, _ escape: (Unicode.Scalar) -> String?) -> String {
        let ending = "…"
        var result = ""
        var size = 0
        var fitting = result.endIndex
        for scalar in text.unicodeScalars {
            let escaped = escape(scalar)
            let width = escaped?.utf8.count ?? UTF8.width(scalar)
            if size + width > limit { return String(result[..<fitting]) + ending }
            size += width
            if let escaped { result += escaped } else { result.unicodeScalars.append(scalar) }
            if size + ending.utf8.count <= limit { fitting = result.endIndex }
        }
        return result
    }

    /// Whether a character ends a line, moves a cursor or turns the reading direction.
    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: !(0x200C...0x200D).contains(scalar.value)
        default: false
        }
    }

    /// `\u001B`, or the two halves of a character beyond the first 65,536.
    private static func utf16(_ scalar: Unicode.Scalar) -> String {
        UTF16.encode(scalar).map { units in
            units.map { unit in
                let digits = String(unit, radix: 16, uppercase: true)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        } ?? "\\uFFFD"
    }
}
