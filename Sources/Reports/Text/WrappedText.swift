/// Text broken into lines between its words.
package enum WrappedText {
    /// The lines of `text`, none wider than `columns` unless a single word is.
    ///
    /// `beginning` may change the word that a line begins with, before it is measured.
    package static func lines(
        _ text: String, columns: Int, beginning: (String) -> String = { $0 }
    ) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(word) > columns {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? beginning(String(word)) : " " + word
        }
        return lines + [line]
    }

    /// The text in one piece: the first line begins with `first`, the others with as many spaces.
    ///
    /// `width` is the columns of the terminal; nil where nothing is to be broken, as in a pipe.
    package static func block(_ text: String, first: String = "", width: Int?) -> String {
        guard let width else { return first + text }
        let indent = String(repeating: " ", count: DisplayWidth.of(first))
        return first + lines(text, columns: max(width - indent.count, 20)).joined(separator: "\n" + indent)
    }
}
