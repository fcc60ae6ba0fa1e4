package import Maintenance
import PluginKit

extension JSONValue {
    /// Whether this is neither a list nor an object.
    package var isScalar: Bool {
        switch self {
        case .null, .bool, .integer, .number, .string: true
        case .array, .object: false
        }
    }

    /// Equality in which 2 and 2.0 are one number.
    package func isSame(as other: JSONValue) -> Bool {
        if case .number = self, let one = double, let two = other.double { return one == two }
        if case .number = other, let one = double, let two = other.double { return one == two }
        return self == other
    }

    /// A scalar as messages show it: texts in quotes, printable and cut.
    package var shown: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): ShownNumber.plain(value)
        case .string(let text): "\"\(Excerpt.of(text, limit: 80))\""
        case .array: "a list"
        case .object: "an object"
        }
    }
}
