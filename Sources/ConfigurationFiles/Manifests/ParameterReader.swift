import Maintenance
import Patterns
import YAMLDocument

/// Reads one entry below `parameters:`, and what is nested in it.
enum ParameterReader {
    /// A parameter or a member of an object, by name.
    static func read(_ key: ValueReader, _ value: ValueReader) -> PluginParameter? {
        let name = key.name(of: "parameter")
        return value.mapping { map in
            let isRequired = map.optional("required")?.boolean() ?? false
            let defaultReader = map.optional("default")
            let exampleReader = map.optional("example")
            guard var parameter = read(map, name: name ?? ""), name != nil else { return nil }
            parameter.isRequired = isRequired
            if isRequired { defaultReader?.mistake("a required parameter needs no default; remove one of them") }
            let shape = ParameterShape(parameter)
            parameter.defaultValue = defaultReader.flatMap(shape.value)
            parameter.example = exampleReader.flatMap(shape.value)
            return parameter
        }
    }

    /// What a parameter has in common with the item of an array, which has no name and no default.
    private static func read(_ map: MappingReader, name: String) -> PluginParameter? {
        let kind = map.required("type")?.choice(PluginParameter.Kind.self)
        let summary = map.optional("description")?.text() ?? ""
        let choices = readChoices(map, kind)
        let (minimum, maximum) = readBounds(map, kind)
        let pattern = readPattern(map, kind)
        let items = reader("items", of: map, for: [.array], kind)?.mapping { read($0, name: "item") }
        let properties = reader("properties", of: map, for: [.object], kind)?.entries(read)
        return kind.map {
            PluginParameter(
                name: name, kind: $0, summary: summary, choices: choices, minimum: minimum, maximum: maximum,
                pattern: pattern, items: items.map { [$0] } ?? [], properties: (properties ?? []).map(\.value))
        }
    }

    /// The value of a key that means something only for some kinds; a mistake for all others.
    private static func reader(
        _ key: String, of map: MappingReader, for kinds: [PluginParameter.Kind], _ kind: PluginParameter.Kind?
    ) -> ValueReader? {
        guard let reader = map.optional(key) else { return nil }
        if let kind, !kinds.contains(kind) {
            let types = kinds.map(\.rawValue).joined(separator: " or ")
            reader.mistake("'\(key)' says nothing of type \(kind.rawValue), but of \(types); remove it")
            return nil
        }
        return reader
    }

    private static func readChoices(_ map: MappingReader, _ kind: PluginParameter.Kind?) -> [String]? {
        var seen: Set<String> = []
        return reader("enum", of: map, for: [.string], kind)?.list(count: 1...100) { item in
            guard let text = item.text() else { return nil }
            guard seen.insert(text).inserted else {
                item.mistake("\(excerpt(text)) is named here twice")
                return nil
            }
            return text
        }
    }

    private static func readBounds(
        _ map: MappingReader, _ kind: PluginParameter.Kind?
    ) -> (minimum: Double?, maximum: Double?) {
        func bound(_ key: String) -> (Double, ValueReader)? {
            guard let reader = reader(key, of: map, for: [.integer, .number], kind), let value = reader.number() else {
                return nil
            }
            guard kind != .integer || Int(exactly: value) != nil else {
                reader.mistake("'\(key)' of an integer must be a whole number of at most 18 digits")
                return nil
            }
            return (value, reader)
        }
        let (minimum, maximum) = (bound("minimum"), bound("maximum"))
        if let low = minimum?.0, let high = maximum?.0, low > high {
            maximum?.1.mistake("'maximum' is less than 'minimum', which is \(PlainNumber.text(low))")
            return (nil, nil)
        }
        return (minimum?.0, maximum?.0)
    }

    private static func readPattern(_ map: MappingReader, _ kind: PluginParameter.Kind?) -> String? {
        guard let reader = reader("pattern", of: map, for: [.string], kind) else { return nil }
        if map.isGiven("enum") { reader.mistake("'enum' says all there is to say; remove 'pattern'") }
        return reader.value { text in
            do throws(PatternFault) {
                _ = try TextPattern(parsing: text)
            } catch {
                throw ValueFault(error.message, offset: error.offset)
            }
            return text
        }
    }
}
