/// A mistake in a file: where it is, what is wrong and, where one can be guessed, what was meant.
package struct YAMLMistake: Error, Hashable, Sendable, CustomStringConvertible {
    package let position: SourcePosition

    /// What is wrong, without the position; never longer than a few lines, and free of control characters.
    package let message: String

    /// A text that was probably meant, such as the nearest known key.
    package let suggestion: String?

    /// Texts from the file may be quoted in `message`: control characters are escaped and a long one is cut.
    package init(at position: SourcePosition, _ message: String, suggestion: String? = nil) {
        self.position = position
        self.message = printable(message, limit: 600)
        self.suggestion = suggestion.map { printable($0, limit: 100) }
    }

    /// The form editors and people know: `file:line:column: error: message; did you mean 'x'?`.
    package var description: String {
        "\(position): error: \(message)" + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    }
}

/// A text from a file, in quotes and short enough for a message.
func quoted(_ text: String) -> String { "'\(printable(text, limit: 60))'" }

/// Escapes what a terminal would act on (control and direction characters) and cuts after `limit` scalars.
private func printable(_ text: String, limit: Int) -> String {
    var result = String.UnicodeScalarView()
    for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < limit else {
            result.append("…")
            break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: result.append(scalar)
        }
    }
    return String(result)
}
