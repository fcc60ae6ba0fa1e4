import Foundation

@testable import YAMLDocument

/// A JSON value that can be compared: numbers and texts are different things.
enum JSON: Hashable, Sendable, Decodable {
    case null
    case boolean(Bool)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {  // a failure means that it is another kind
            self = .boolean(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    init(_ node: YAMLNode) {
        switch node.kind {
        case .sequence(let items): self = .list(items.map(JSON.init))
        case .mapping(let entries):
            self = .object(Dictionary(uniqueKeysWithValues: entries.map { ($0.name, JSON($0.value)) }))
        case .scalar(let scalar):
            self =
                switch scalar.value {
                case .null: .null
                case .boolean(let value): .boolean(value)
                case .integer(let value): .number(Double(value))
                case .float(let value): .number(value)
                case .text(let value): .text(value)
                }
        }
    }
}

/// Reads a text as the file `f.yaml`.
func parse(_ text: String, limits: YAMLLimits = .configuration) throws(YAMLMistake) -> YAMLNode {
    try YAMLDocument.parse(bytes: Array(text.utf8), file: "f.yaml", limits: limits)
}

/// The message that a text is refused with; nil where it is read.
func refusal(_ text: String, limits: YAMLLimits = .configuration) -> String? {
    refusal(Array(text.utf8), limits: limits)
}

func refusal(_ bytes: [UInt8], limits: YAMLLimits = .configuration) -> String? {
    do throws(YAMLMistake) {
        _ = try YAMLDocument.parse(bytes: bytes, file: "f.yaml", limits: limits)
        return nil
    } catch {
        return error.description
    }
}
