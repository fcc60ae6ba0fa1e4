package import Maintenance
import PluginKit

/// What a JSON answer looks like, in a notation that looks like it: `{users: [{id: integer, email: string?}], total: integer}`.
///
/// A word is a type: `string`, `integer`, `number`, `boolean`, `null`, `object`, `list` or `any`; with `?` behind it the
/// value may be null, and as a member of an object missing. A list of one shape is a list of any number of such items. An
/// object has these members at least; a `?` behind a member's name lets it be null or missing too.
package struct JSONShape: Sendable, Hashable, CustomStringConvertible {
    enum Kind: String, Sendable, CaseIterable {
        case string, integer, number, boolean, null, object, list, any
    }

    indirect enum Form: Sendable, Hashable {
        case kind(Kind)
        case list(JSONShape)
        /// In the order of their names.
        case object([Member])
    }

    struct Member: Sendable, Hashable {
        var name: String
        var shape: JSONShape
    }

    let form: Form
    /// Whether the value may be null or, in an object, missing.
    let isOptional: Bool

    /// Reads the notation.
    ///
    /// - Throws: ``Mistake`` with the path at which it cannot be a shape.
    package init(_ written: JSONValue) throws(Mistake) { try self.init(written, isOptional: false) }

    private init(_ written: JSONValue, isOptional: Bool) throws(Mistake) {
        switch written {
        case .string(let word):
            let name = word.hasSuffix("?") ? String(word.dropLast()) : word
            guard let kind = Kind(rawValue: name) else { throw Self.unknown("'\(Excerpt.of(word, limit: 80))'") }
            form = .kind(kind)
            self.isOptional = isOptional || name != word
        // YAML reads the word null as nothing.
        case .null: (form, self.isOptional) = (.kind(.null), isOptional)
        case .array(let items):
            guard let item = items.first, items.count == 1 else {
                throw Mistake("a list has the one shape of all its items; write 'list' where they may be anything")
            }
            form = .list(try located("[]") { () throws(Mistake) in try JSONShape(item) })
            self.isOptional = isOptional
        case .object(let members):
            form = .object(try Self.members(members))
            self.isOptional = isOptional
        case .bool, .integer, .number: throw Self.unknown(written.shown)
        }
    }

    private static func members(_ written: [String: JSONValue]) throws(Mistake) -> [Member] {
        var members: [Member] = []
        for (key, value) in written.sorted(by: { $0.key < $1.key }) {
            let name = key.hasSuffix("?") ? String(key.dropLast()) : key
            guard name == key || written[name] == nil else {
                throw Mistake("'\(name)' is named twice, with a '?' and without")
            }
            let shape = try located(Excerpt.of(name, limit: 80)) { () throws(Mistake) in
                try JSONShape(value, isOptional: name != key)
            }
            members.append(Member(name: name, shape: shape))
        }
        return members
    }

    private static func unknown(_ word: String) -> Mistake {
        let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
        return Mistake("\(word) is no shape; use \(kinds), a list of one shape, or an object of shapes")
    }

    /// The notation, on one line.
    package var description: String {
        let mark = isOptional ? "?" : ""
        switch form {
        case .kind(let kind): return kind.rawValue + mark
        case .list(let item): return "[\(item)]" + mark
        case .object(let members):
            return "{" + members.map { "\($0.name): \($0.shape)" }.joined(separator: ", ") + "}" + mark
        }
    }

    /// The shape in words that follow "wanted".
    var words: String {
        switch form {
        case .kind(.any): "a value"
        case .kind(.null): "null"
        case .kind(.integer): "a whole number"
        case .kind(.string): "a text"
        case .kind(.number): "a number"
        case .kind(.boolean): "true or false"
        case .kind(.list), .list: "a list"
        case .kind(.object), .object: "an object"
        }
    }
}
