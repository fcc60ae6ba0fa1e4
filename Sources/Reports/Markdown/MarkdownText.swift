/// Text from outside, put into Markdown so that it stays text and can still be read in the source.
///
/// What has a meaning in Markdown, in its common extensions or in HTML is escaped; `<` and `&` as entities, because
/// some viewers know no backslash before them. Everything goes through ``PrintableText`` first.
enum MarkdownText {
    /// The widest line that text is wrapped to.
    static let lineWidth = 96

    /// The text for the middle of a line.
    static func inline(_ text: String, limit: Int = 1000) -> String {
        escape(PrintableText.of(text, limit: limit))
    }

    /// The text for a table cell, escaped and then no wider than `columns`.
    static func cell(_ text: String, columns: Int) -> String {
        var plain = PrintableText.of(text)
        let whole = escape(plain)
        if DisplayWidth.of(whole) <= columns { return whole }
        plain = DisplayWidth.truncate(plain, to: columns)
        // What escaping added is cut as well, but never half an escape.
        while DisplayWidth.of(escape(plain)) > columns, plain.count > 1 {
            plain = DisplayWidth.truncate(plain, to: DisplayWidth.of(plain) - 1)
        }
        return escape(plain)
    }

    /// Lines of wrapped text, of which the first begins with `first` and the others with as many spaces.
    ///
    /// A line never begins with what would make it a heading, a list, a quotation or a rule.
    static func block(_ text: String, first: String = "") -> String {
        wrapped(inline(text), first: first)
    }

    /// The same for text that is escaped already.
    static func wrapped(_ escaped: String, first: String = "") -> String {
        let indent = String(repeating: " ", count: DisplayWidth.of(first))
        let lines = WrappedText.lines(
            escaped, columns: lineWidth - indent.count, beginning: guardingStart(of:))
        return first + lines.joined(separator: "\n" + indent)
    }

    /// A path, whole and on one line, unless it is longer than any file system takes.
    static func path(_ path: String) -> String { guardingStart(of: inline(path, limit: 4096)) }

    /// The text of an HTML element, with entities throughout: some viewers read Markdown inside it, others none.
    static func html(_ text: String) -> String {
        escape(PrintableText.of(text)) { "&#\($0.value);" }
    }

    /// Lines as they are, in a fence that none of them can end.
    ///
    /// A viewer that does not know fences may take the lines for HTML, so no tag can begin: `<` before a letter, `/`,
    /// `!` or `?` is written `&lt;`.
    static func fenced(_ lines: [String]) -> [String] {
        let safe = lines.map { defusingTags(PrintableText.of($0)) }
        let longestRun = safe.joined(separator: " ").split { $0 != "`" }.map(\.count).max() ?? 0
        let fence = String(repeating: "`", count: max(3, longestRun + 1))
        return [fence + "text"] + safe + [fence]
    }

    private static func defusingTags(_ text: String) -> String {
        text.replacing(/<(?=[A-Za-z\/!?])/, with: "&lt;")
    }

    private static func escape(
        _ text: String, mark: (Unicode.Scalar) -> String = { "\\" + String($0) }
    ) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case "&" where beginsEntity(scalars[(index + 1)...]): result.append(contentsOf: "&amp;".unicodeScalars)
            case "\\" where next.map({ $0.isASCII && isWord($0) }) ?? false: result.append(scalar)
            case "_" where index > 0 && isWord(scalars[index - 1]) && (next.map(isWord) ?? false): result.append(scalar)
            case "\\", "_", "`", "*", "[", "{", "|", "~":
                result.append(contentsOf: mark(scalar).unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func beginsEntity(_ rest: ArraySlice<Unicode.Scalar>) -> Bool {
        let name = rest.prefix(40).prefix { $0.isASCII && isWord($0) || $0 == "#" }
        return !name.isEmpty && rest.dropFirst(name.count).first == ";"
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    private static func guardingStart(of word: String) -> String {
        guard let first = word.first else { return word }
        if "#>-+=:".contains(first) { return "\\" + word }
        let digits = word.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let end = word.dropFirst(digits.count).first, end == "." || end == ")" else {
            return word
        }
        return digits + "\\" + word.dropFirst(digits.count)
    }
}
