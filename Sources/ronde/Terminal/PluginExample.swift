import Foundation
import Maintenance

/// A task of a plugin, as it would stand in a checklist.
enum PluginExample {
    /// The lines of the task, with the parameters that it cannot do without.
    static func task(_ plugin: PluginManifest) -> [String] {
        let given = plugin.parameters.filter { $0.isRequired || $0.example != nil }
        let lines = ["- task: \(plugin.name)", "  plugin: \(plugin.name)"]
        guard !given.isEmpty else { return lines }
        return lines + ["  with:"] + given.map { "    \($0.name): \(inline(value(of: $0)))" }
    }

    /// A value that the parameter takes, as far as one can tell without an `example` in the manifest.
    static func value(of parameter: PluginParameter) -> JSONValue {
        if let value = parameter.example ?? parameter.defaultValue { return value }
        switch parameter.kind {
        case .string: return .string(parameter.choices?.first ?? parameter.name)
        case .integer: return .integer(Int64(parameter.minimum ?? min(parameter.maximum ?? 1, 1)))
        case .number: return .number(parameter.minimum ?? min(parameter.maximum ?? 1, 1))
        case .boolean: return .bool(true)
        case .array: return .array(parameter.items.map(value))
        case .object:
            let members = parameter.properties.filter(\.isRequired).map { ($0.name, value(of: $0)) }
            return .object(Dictionary(members) { first, _ in first })
        case .duration: return .string("60s")
        case .size: return .string("100MB")
        case .percentage: return .string("80%")
        }
    }

    /// A value as YAML on one line.
    static func inline(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            let isPlain =
                text.first?.isLetter == true && text.allSatisfy { $0.isLetter || $0.isNumber || "_-/.".contains($0) }
            let isWord = !["true", "false", "null", "yes", "no", "on", "off"].contains(text.lowercased())
            return isPlain && isWord || isQuantity(text)
                || text.hasPrefix("/") && !text.contains(where: { " #:,[]{}'\"".contains($0) })
                ? text : json(value)
        case .array(let items): return "[" + items.map(inline).joined(separator: ", ") + "]"
        case .object(let members):
            let pairs = members.sorted { $0.key < $1.key }.map { "\(inline(.string($0.key))): \(inline($0.value))" }
            return "{" + pairs.joined(separator: ", ") + "}"
        default: return json(value)
        }
    }

    /// Text such as `90s`, `100MB` or `80%`, which needs no quotes.
    private static func isQuantity(_ text: String) -> Bool {
        let unit = text.drop { $0.isASCII && $0.isNumber }
        return unit.count < text.count
            && ["ms", "s", "m", "h", "d", "B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB", "%"].contains(unit)
    }

    private static func json(_ value: JSONValue) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        // A number that JSON cannot hold would not have been read; the text does without.
        guard let bytes = try? encoder.encode(value) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
