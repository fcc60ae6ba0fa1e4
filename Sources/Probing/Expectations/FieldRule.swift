package import Maintenance
import PluginKit

/// What one field of a JSON answer must be.
package struct FieldRule: Sendable {
    private enum Condition: Sendable {
        case equals(JSONValue)
        case min(Double)
        case max(Double)
        /// A regular expression for the whole text; it was compiled once, so that it can be.
        case matches(String)
        case oneOf([JSONValue])
        case exists(Bool)
    }

    /// Longer texts are not matched against a regular expression: it may take time that grows with the text.
    static let longestMatch = 4096

    /// In a fixed order, so that the same answer always gives the same message.
    private let conditions: [Condition]

    /// - Throws: ``Mistake`` where it is neither a value nor conditions.
    package init(_ expected: JSONValue) throws(Mistake) {
        switch expected {
        case .object(let members):
            guard !members.isEmpty else { throw Mistake("has no condition; \(Self.known)") }
            var conditions: [Condition] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                conditions.append(
                    try located(name) { () throws(Mistake) in try Self.condition(name, value) })
            }
            self.conditions = conditions
        case .array: throw Mistake("cannot be a list; name an item of it by a path such as items.0.id")
        default: conditions = [.equals(expected)]
        }
    }

    private static let known = "use min, max, matches, one_of or exists"

    private static func condition(_ name: String, _ value: JSONValue) throws(Mistake) -> Condition {
        switch (name, value) {
        case ("min", _), ("max", _):
            guard let number = value.double, number.isFinite else { throw Mistake("must be a number") }
            return name == "min" ? .min(number) : .max(number)
        case ("matches", .string(let pattern)):
            do {
                _ = try Regex(pattern)
            } catch {
                throw Mistake("'\(pattern)' is no regular expression: \(error)")
            }
            return .matches(pattern)
        case ("matches", _): throw Mistake("must be a text")
        case ("one_of", .array(let choices)) where !choices.isEmpty:
            guard choices.allSatisfy(\.isScalar) else {
                throw Mistake("may hold texts, numbers, booleans and null only")
            }
            return .oneOf(choices)
        case ("one_of", _): throw Mistake("must be a list of values")
        case ("exists", .bool(let wanted)): return .exists(wanted)
        case ("exists", _): throw Mistake("must be true or false")
        default: throw Mistake("is no condition; \(known)")
        }
    }

    /// What is wrong with a value, in words that follow the field's name; nil if nothing is.
    package func objection(to value: FieldValue) -> String? {
        for condition in conditions {
            guard !Self.isMet(condition, by: value) else { continue }
            return "is \(value) (wanted \(Self.words(condition)))"
        }
        return nil
    }

    private static func isMet(_ condition: Condition, by value: FieldValue) -> Bool {
        switch (condition, value) {
        case (.exists(let wanted), _): value.isPresent == wanted
        // Who expects null means that there is nothing, and a service may leave out what is nothing.
        case (.equals(.null), .missing): true
        case (.equals(let expected), .scalar(let found)): found.isSame(as: expected)
        case (.oneOf(let choices), .scalar(let found)): choices.contains { found.isSame(as: $0) }
        case (.oneOf(let choices), .missing): choices.contains(.null)
        case (.min(let limit), .scalar(let found)): found.double.map { $0 >= limit } ?? false
        case (.max(let limit), .scalar(let found)): found.double.map { $0 <= limit } ?? false
        case (.matches(let pattern), .scalar(.string(let text))): matches(text, pattern)
        default: false
        }
    }

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        guard text.utf8.count <= longestMatch else { return false }
        // It was compiled when the rule was made, so it does not throw here.
        guard let expression = try? Regex(pattern) else { return false }
        return (try? expression.wholeMatch(in: text)) != nil
    }

    private static func words(_ condition: Condition) -> String {
        switch condition {
        case .equals(let value): value.shown
        case .min(let limit): "at least \(ShownNumber.plain(limit))"
        case .max(let limit): "at most \(ShownNumber.plain(limit))"
        case .matches(let pattern): "a text that matches \(Excerpt.of(pattern, limit: 80))"
        case .oneOf(let choices): choices.map(\.shown).joined(separator: " or ")
        case .exists(let wanted): wanted ? "it to be there" : "it not to be there"
        }
    }
}
