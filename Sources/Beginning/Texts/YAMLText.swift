/// Texts from outside as YAML scalars.
enum YAMLText {
    /// A scalar that every YAML 1.2 reader takes for exactly this text, in block and in flow context.
    static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// Whether the text needs no quotes: nothing of it is punctuation of YAML, and nobody takes it for another type.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isWordByte(first) || first == UInt8(ascii: "/")
        else { return false }
        // A ':' within a word, as in a URL, separates nothing; '@' is reserved at the start alone.
        let inner: [UInt8] = Array("_-./:@+".utf8)
        guard text.utf8.allSatisfy({ isWordByte($0) || inner.contains($0) }), last != UInt8(ascii: ":") else {
            return false
        }
        let isNumberLike = text.utf8.allSatisfy { !isLetter($0) } || (0x30...0x39).contains(first)
        return !isNumberLike && !words.contains(text.lowercased())
    }

    /// What YAML 1.1 or 1.2 takes for something else than a text.
    private static let words: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool { isLetter(byte) || (0x30...0x39).contains(byte) }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default: result += isVisible(scalar) ? String(scalar) : escape(scalar)
            }
        }
        return result + "\""
    }

    /// Whether a person who reads the file sees it as what it is, and every reader takes it as it stands.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse, .surrogate: false
        case .spaceSeparator: scalar == " "
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let (mark, digits) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let number = String(scalar.value, radix: 16, uppercase: true)
        return "\\" + mark + String(repeating: "0", count: digits - number.count) + number
    }
}
