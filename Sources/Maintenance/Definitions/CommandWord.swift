/// One word of a check's command, into which parameters of the task are put: `--warning={warning}`.
///
/// A name in braces is a place for the parameter of that name; `{{` is a brace, and braces around anything else stand
/// for themselves, as in the regular expression `a{2,3}`.
package struct CommandWord: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case text(String)
        /// The place of a parameter, by its name.
        case parameter(String)
    }

    package let parts: [Part]

    /// Reads a word of `command:`; every text is one.
    package init(_ text: String) {
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "{" else {
                plain.append(character)
                continue
            }
            if rest.first == "{" {
                rest.removeFirst()
                plain.append("{")
            } else if let name = Self.name(at: rest) {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.parameter(name))
                rest = rest.dropFirst(name.count + 1)
            } else {
                plain.append("{")
            }
        }
        if !plain.isEmpty || parts.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
    }

    /// The name before a closing brace; nil where there is none.
    private static func name(at rest: Substring) -> String? {
        let name = rest.prefix { character in
            character.isASCII && (character.isLowercase || character.isNumber || character == "-" || character == "_")
        }
        guard let first = name.first, first.isLowercase, rest.dropFirst(name.count).first == "}" else { return nil }
        return String(name)
    }

    /// The names of the parameters that have a place here, in their order.
    package var parameters: [String] {
        parts.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }

    /// The words that this one becomes with the parameters of a task.
    ///
    /// - Parameter values: an object.
    /// - Returns: one word; one for each element where a parameter is a list; none where a parameter has no value.
    package func filled(with values: JSONValue) -> [String] {
        parts.reduce([""]) { words, part in
            switch part {
            case .text(let text): words.map { $0 + text }
            case .parameter(let name):
                Self.texts(values[name] ?? .null).flatMap { text in words.map { $0 + text } }
            }
        }
    }

    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .null, .object: []
        case .bool(let value): [value ? "true" : "false"]
        case .integer(let value): ["\(value)"]
        case .number(let value): [PlainNumber.text(value)]
        case .string(let text): [text]
        case .array(let items): items.flatMap(texts)
        }
    }
}
