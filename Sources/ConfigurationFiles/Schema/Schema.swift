import Maintenance

/// A part of a JSON Schema (2020-12), made of the few forms that Ronde's files have.
struct Schema: Hashable, Sendable {
    var members: [String: JSONValue]

    /// The same, with words for people who write the file.
    func about(_ description: String) -> Schema { with("description", .string(description)) }

    /// The same, saying what holds where the key is not given.
    func usually(_ value: JSONValue) -> Schema { with("default", value) }

    func with(_ key: String, _ value: JSONValue) -> Schema {
        var copy = self
        copy.members[key] = value
        return copy
    }

    var json: JSONValue { .object(members) }

    // MARK: Scalars

    /// Text; a number or a boolean that stands there without quotes is text too.
    static let text = Schema(members: ["type": .array([.string("string"), .string("number"), .string("boolean")])])
    static let boolean = Schema(members: ["type": .string("boolean")])
    static let path = fitting("[^~].*").about("A path, absolute or from the folder of this file")
    static let title = fitting("[^\\n\\r]{1,200}")
    static let name = fitting(NameRule.pattern)
    static let timeZone = fitting("[A-Za-z][A-Za-z0-9/_+-]{1,63}").about("A time zone, such as Europe/Paris or UTC")
    static let duration = fitting("[0-9]+(\\.[0-9]+)? *(ms|s|m|h|d)").about("A length of time, such as 90s, 5m or 3d")
    static let size = fitting("[0-9]+(\\.[0-9]+)? *(B|[kK]B|MB|GB|TB|KiB|MiB|GiB|TiB)")
        .about("A size, such as 100MB or 64MiB")
    static let percentage = fitting("[0-9]+(\\.[0-9]+)? *%").about("A share, such as 80%")
    static let cron = fitting("[^ ].*").about("A cron expression, such as \"0 2 * * 0\" or @daily")

    /// Text that a regular expression matches from end to end.
    static func fitting(_ pattern: String) -> Schema {
        Schema(members: ["type": .string("string"), "pattern": .string("^(?:\(pattern))$")])
    }

    static func integer(_ range: ClosedRange<Int>) -> Schema {
        number(
            type: "integer", minimum: Double(range.lowerBound),
            maximum: range.upperBound == .max ? nil : Double(range.upperBound))
    }

    static func number(type: String = "number", minimum: Double? = nil, maximum: Double? = nil) -> Schema {
        var members: [String: JSONValue] = ["type": .string(type)]
        // A whole number is written as one.
        func value(_ bound: Double) -> JSONValue { Int64(exactly: bound).map(JSONValue.integer) ?? .number(bound) }
        members["minimum"] = minimum.map(value)
        members["maximum"] = maximum.map(value)
        return Schema(members: members)
    }

    /// One of the named values of an enumeration.
    static func choice<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type) -> Schema {
        choice(of: Choice.allCases.map(\.rawValue))
    }

    static func choice(of words: [String]) -> Schema {
        Schema(members: ["enum": .array(words.map(JSONValue.string))])
    }

    // MARK: Collections

    static func list(of item: Schema, count: ClosedRange<Int> = 0...Int.max) -> Schema {
        var members: [String: JSONValue] = ["type": .string("array"), "items": item.json]
        if count.lowerBound > 0 { members["minItems"] = .integer(Int64(count.lowerBound)) }
        if count.upperBound < .max { members["maxItems"] = .integer(Int64(count.upperBound)) }
        return Schema(members: members)
    }

    /// A list; a text alone is a list of one.
    static func items(_ item: Schema) -> Schema { either(item, .list(of: item, count: 1...Int.max)) }

    /// A mapping of known keys, and of no others.
    static func mapping(required: [String] = [], _ keys: [String: Schema]) -> Schema {
        var members: [String: JSONValue] = [
            "type": .string("object"), "properties": .object(keys.mapValues(\.json)),
            "additionalProperties": .bool(false),
        ]
        if !required.isEmpty { members["required"] = .array(required.map(JSONValue.string)) }
        return Schema(members: members)
    }

    /// A mapping whose keys are names.
    static func named(_ value: Schema, names: Schema = .name) -> Schema {
        Schema(members: ["type": .string("object"), "additionalProperties": value.json, "propertyNames": names.json])
    }

    static func either(_ forms: Schema...) -> Schema { Schema(members: ["anyOf": .array(forms.map(\.json))]) }

    /// The same, where exactly one of these keys is given.
    func exactlyOne(of keys: [String]) -> Schema {
        with("oneOf", .array(keys.map { .object(["required": .array([.string($0)])]) }))
    }

    static func reference(_ name: String) -> Schema { Schema(members: ["$ref": .string("#/$defs/\(name)")]) }
}
