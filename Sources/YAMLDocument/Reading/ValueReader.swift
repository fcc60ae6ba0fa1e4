/// What is wrong with a text, thrown by a conversion that knows more than a sentence.
package struct ValueFault: Error {
    package let message: String
    /// Unicode scalars from the start of the text to the wrong part.
    package let offset: Int?
    package let suggestion: String?

    package init(_ message: String, offset: Int? = nil, suggestion: String? = nil) {
        self.message = message
        self.offset = offset
        self.suggestion = suggestion
    }
}

/// Reads one value of a tree as a type of the caller's; each method returns nil after it has recorded a mistake.
///
///     let mistakes = MistakeCollector()
///     let checklist = mistakes.read(path: "weekly.yaml")?.mapping { map -> Checklist? in
///         let title = map.required("title")?.text()
///         let limit = map.optional("time_limit")?.value { try Duration(parsing: $0) }
///         let tasks = map.required("tasks")?.list { $0.mapping(readTask) }
///         guard let title, let tasks else { return nil }
///         return Checklist(title: title, limit: limit ?? .minutes(15), tasks: tasks)
///     }
///
/// Reading goes on after a mistake, so that one pass finds all of them; use what was read only where
/// ``MistakeCollector/isEmpty`` holds.
package struct ValueReader {
    package let node: YAMLNode
    package let mistakes: MistakeCollector

    /// What messages call the value: `'title'`, `an item of 'tasks'`, `the file`.
    let label: String

    /// Where the alias stands through which the value, or one around it, was reached.
    let alias: SourcePosition?

    /// A reader of a whole document.
    package init(_ root: YAMLNode, _ mistakes: MistakeCollector) {
        self.init(root, mistakes, label: Self.rootLabel, alias: nil)
    }

    init(_ node: YAMLNode, _ mistakes: MistakeCollector, label: String, alias: SourcePosition?) {
        self.node = node
        self.mistakes = mistakes
        self.label = label
        self.alias = node.alias ?? alias
    }

    /// Records a mistake at this value, or `offset` Unicode scalars into its text where the wrong part is known.
    package func mistake(
        _ message: String, offset: Int? = nil, suggestion: @autoclosure () -> String? = nil
    ) {
        record(message, at: offset.map(node.position(offset:)) ?? node.position, suggestion: suggestion())
    }

    func record(_ message: String, at position: SourcePosition, suggestion: @autoclosure () -> String? = nil) {
        let through = alias.map { " (used by the alias on line \($0.line))" } ?? ""
        mistakes.add(YAMLMistake(at: position, message + through, suggestion: suggestion()))
    }

    private static let rootLabel = "the file"
    private var isRoot: Bool { label == Self.rootLabel }

    func wrongKind(_ expected: String) {
        if node.isNull {
            mistake("\(label) \(isRoot ? "is empty" : "has no value"); \(expected) was expected")
        } else {
            mistake("\(label) must be \(expected), but is \(node.kindName)")
        }
    }
}

extension YAMLNode {
    /// What messages call the node, such as `a list` or `the number 7`.
    var kindName: String {
        switch kind {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let scalar):
            switch scalar.value {
            case .null: return "empty"
            case .boolean, .integer, .float: return scalar.text
            case .text: return "the text \(quoted(scalar.text))"
            }
        }
    }
}
