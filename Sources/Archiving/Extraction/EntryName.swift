/// Names out of an archive, in messages.
enum EntryName {
    private static let longest = 120

    /// A name in quotes, with everything that a terminal would act on written out, and not longer than a line.
    static func quoted(_ name: some Collection<UInt8>) -> String {
        var result = "'"
        var decoder = UTF8()
        var bytes = Array(name.prefix(4 * longest)).makeIterator()
        var count = 0
        decoding: while count < longest {
            count += 1
            switch decoder.decode(&bytes) {
            case .emptyInput: break decoding
            case .error: result += "\\x??"
            case .scalarValue(let scalar): append(scalar, to: &result)
            }
        }
        return result + (count == longest ? "…'" : "'")
    }

    /// Whether a terminal or a person would be led astray by this character of a name.
    static func isMisleading(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // Characters that turn the direction of what follows; the joiners among the format characters are in many words.
        case .format: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        default: false
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
        if isMisleading(scalar) || scalar.properties.generalCategory == .format {
            result += "\\u{\(String(scalar.value, radix: 16))}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
}
