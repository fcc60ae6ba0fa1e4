import Maintenance
import Patterns
import YAMLDocument

/// A parameter made ready to check many values: patterns in it are read once.
struct ParameterShape {
    private let parameter: PluginParameter
    private let pattern: TextPattern?
    private let items: [ParameterShape]
    private let properties: [ParameterShape]

    init(_ parameter: PluginParameter) {
        self.parameter = parameter
        // A pattern that cannot be read is a mistake of the manifest, and there it is on record.
        pattern = parameter.pattern.flatMap { try? TextPattern(parsing: $0) }
        items = parameter.items.map(ParameterShape.init)
        properties = parameter.properties.map(ParameterShape.init)
    }

    /// One value of the parameter; nil where a mistake was recorded.
    func value(_ reader: ValueReader) -> JSONValue? {
        switch parameter.kind {
        case .string:
            if let choices = parameter.choices { return reader.choice(of: choices).map(JSONValue.string) }
            return reader.value(fitting).map(JSONValue.string)
        case .integer: return reader.integer(in: wholeNumbers).map { .integer(Int64($0)) }
        case .number: return number(reader).map(JSONValue.number)
        case .boolean: return reader.boolean().map(JSONValue.bool)
        case .duration: return quantity(reader, TimeSpan.init(parsing:))
        case .size: return quantity(reader, ByteSize.init(parsing:))
        case .percentage: return quantity(reader, Percentage.init(parsing:))
        case .array:
            return reader.list { item in
                items.first.map { $0.value(item) } ?? JSONValue(item.node)
            }.map(JSONValue.array)
        case .object:
            guard properties.isEmpty else { return reader.mapping { Self.members($0, properties) } }
            return reader.entries { _, value in JSONValue(value.node) }.map { entries in
                .object(Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }))
            }
        }
    }

    /// The members of an object, with the defaults of those that are not given.
    static func members(_ map: MappingReader, _ shapes: [ParameterShape]) -> JSONValue? {
        var values: [String: JSONValue] = [:]
        for shape in shapes {
            let parameter = shape.parameter
            let reader = parameter.isRequired ? map.required(parameter.name) : map.optional(parameter.name)
            values[parameter.name] = reader.flatMap(shape.value) ?? parameter.defaultValue
        }
        return .object(values)
    }

    private var wholeNumbers: ClosedRange<Int> {
        let lower = parameter.minimum.flatMap(Int.init(exactly:)) ?? Int.min
        let upper = parameter.maximum.flatMap(Int.init(exactly:)) ?? Int.max
        return lower <= upper ? lower...upper : lower...lower
    }

    private func number(_ reader: ValueReader) -> Double? {
        guard let value = reader.number() else { return nil }
        let bounds: String
        switch (parameter.minimum, parameter.maximum) {
        case (let low?, let high?) where value < low || value > high:
            bounds = "from \(PlainNumber.text(low)) to \(PlainNumber.text(high))"
        case (let low?, nil) where value < low: bounds = "at least \(PlainNumber.text(low))"
        case (nil, let high?) where value > high: bounds = "at most \(PlainNumber.text(high))"
        default: return value
        }
        reader.mistake("'\(parameter.name)' is \(PlainNumber.text(value)), but must be \(bounds)")
        return nil
    }

    private func quantity<Quantity>(_ reader: ValueReader, _ parse: (String) throws -> Quantity) -> JSONValue? {
        reader.value { text in
            _ = try parse(text)
            return .string(text)
        }
    }

    private func fitting(_ text: String) throws -> String {
        guard let pattern, !pattern.matches(text) else { return text }
        if text.unicodeScalars.count > TextPattern.longestText {
            throw ValueFault("a text of more than \(TextPattern.longestText) characters cannot fit")
        }
        let wanted = parameter.summary.isEmpty ? parameter.pattern ?? "" : parameter.summary
        throw ValueFault("\(excerpt(text)) does not fit: \(wanted)")
    }
}

extension JSONValue {
    /// A value whose kind the plugin alone knows.
    init(_ node: YAMLNode) {
        switch node.kind {
        case .sequence(let items): self = .array(items.map(JSONValue.init))
        case .mapping(let entries):
            self = .object(
                Dictionary(
                    entries.map { ($0.name, JSONValue($0.value)) }, uniquingKeysWith: { first, _ in first }))
        case .scalar(let scalar):
            switch scalar.value {
            case .null: self = .null
            case .boolean(let value): self = .bool(value)
            case .integer(let value): self = .integer(Int64(value))
            case .float(let value): self = value.isFinite ? .number(value) : .string(scalar.text)
            case .text(let text): self = .string(text)
            }
        }
    }
}
