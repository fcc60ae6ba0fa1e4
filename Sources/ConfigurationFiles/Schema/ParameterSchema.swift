import Maintenance

/// The schema of what a plugin's manifest says that it takes.
enum ParameterSchema {
    /// The mapping of parameters, or of the members of an object.
    static func members(_ parameters: [PluginParameter]) -> Schema {
        Schema.mapping(
            required: parameters.filter(\.isRequired).map(\.name),
            Dictionary(parameters.map { ($0.name, value($0)) }) { first, _ in first })
    }

    private static func value(_ parameter: PluginParameter) -> Schema {
        var schema = form(parameter)
        if !parameter.summary.isEmpty { schema = schema.about(parameter.summary) }
        if let value = parameter.defaultValue { schema = schema.usually(value) }
        if let example = parameter.example { schema = schema.with("examples", .array([example])) }
        return schema
    }

    private static func form(_ parameter: PluginParameter) -> Schema {
        switch parameter.kind {
        case .string:
            if let choices = parameter.choices { return .choice(of: choices) }
            return parameter.pattern.map { Schema.text.with("pattern", .string("^(?:\($0))$")) } ?? .text
        case .integer: return .number(type: "integer", minimum: parameter.minimum, maximum: parameter.maximum)
        case .number: return .number(minimum: parameter.minimum, maximum: parameter.maximum)
        case .boolean: return .boolean
        case .duration: return .duration
        case .size: return .size
        case .percentage: return .percentage
        case .array:
            let list = Schema(members: ["type": .string("array")])
            return parameter.items.first.map { list.with("items", value($0).json) } ?? list
        case .object:
            return parameter.properties.isEmpty
                ? Schema(members: ["type": .string("object")]) : members(parameter.properties)
        }
    }
}
