/// A value of a YAML document that knows where it was written.
///
/// Anchors are resolved: where an alias stands, the tree has the anchored value itself.
package struct YAMLNode: Sendable {
    /// The three shapes of a node.
    package enum Kind: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// Entries in file order; no two keys have the same text, and every key is a scalar.
        case mapping([YAMLEntry])
    }

    package let kind: Kind

    /// Where the value itself is written: its first character, or its tag or anchor where it has one.
    package let position: SourcePosition

    /// Where the alias (`*name`) stands that brought this value here; nil when it was written in place.
    ///
    /// Only the node that replaces the alias has it: its children are shared with the anchored value.
    package internal(set) var alias: SourcePosition?

    init(_ kind: Kind, at position: SourcePosition) {
        self.kind = kind
        self.position = position
    }

    /// Whether this is an empty value, `~` or `null`.
    package var isNull: Bool {
        if case .scalar(let scalar) = kind, case .null = scalar.value { true } else { false }
    }

    /// The value of a key; nil where this is not a mapping or has no such key.
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = kind else { return nil }
        return entries.first { $0.name == key }?.value
    }

    /// The place of the character `offset` Unicode scalars into this scalar's text.
    ///
    /// Exact where the text stands in the file as it is (``YAMLScalar/isVerbatim``); otherwise the node's start.
    package func position(offset: Int) -> SourcePosition {
        guard case .scalar(let scalar) = kind, scalar.isVerbatim else { return position }
        let inside = min(max(offset, 0), scalar.text.unicodeScalars.count)
        return position.advanced(columns: inside + (scalar.style == .plain ? 0 : 1))
    }
}

/// A key and its value.
package struct YAMLEntry: Sendable {
    /// Always a scalar.
    package let key: YAMLNode
    /// The key's text.
    package let name: String
    package let value: YAMLNode
}

/// A text of a YAML document and how it was written.
package struct YAMLScalar: Sendable {
    /// How a scalar is written; all but ``plain`` are texts whatever they say.
    package enum Style: Sendable { case plain, singleQuoted, doubleQuoted, block }

    /// An explicit tag of the core schema; `!` alone counts as ``string``.
    package enum Tag: String, Sendable {
        case string = "str"
        case integer = "int"
        case float
        case boolean = "bool"
        case null
    }

    /// The text after quotes, escapes and folding are undone.
    package let text: String
    package let style: Style
    package let tag: Tag?

    /// Whether every character of `text` stands in the file as it is, on one line, with neither tag nor anchor before.
    package let isVerbatim: Bool

    /// What the text means under the YAML 1.2 core schema.
    package var value: YAMLValue {
        switch tag {
        case .string: .text(text)
        case .some(let tag): YAMLValue(text: text, tagged: tag) ?? .text(text)
        case nil: style == .plain ? YAMLValue(plain: text) : .text(text)
        }
    }
}
