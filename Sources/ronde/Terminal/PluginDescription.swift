import Foundation
import Maintenance
import Reports

/// A plugin's manifest as people read it.
enum PluginDescription {
    static func text(_ plugin: PluginManifest, width: Int?) -> String {
        var lines = ["\(plugin.name): \(plugin.summary)", ""]
        if !plugin.requires.isEmpty {
            lines.append("Needs of the service: \(plugin.requires.map(\.rawValue).joined(separator: ", "))")
        }
        for (target, mode) in plugin.locks.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("Locks the \(target.rawValue): \(mode.rawValue)")
        }
        lines.append("Time limit: \(plugin.timeLimit) unless the task says otherwise")
        lines.append("Dry run: \(plugin.dryRun ? "yes" : "no")")
        lines.append("Program: \(plugin.place)")
        guard !plugin.parameters.isEmpty else { return lines.joined(separator: "\n") + "\n" }
        lines += ["", "Parameters, below 'with:'"]
        var table = TextTable(columns: [
            .init("Name"), .init("Type"), .init("Default"), .init("Meaning", minimum: 24),
        ])
        for parameter in plugin.parameters { add(parameter, prefix: "", to: &table) }
        return lines.joined(separator: "\n") + "\n" + table.text(width: width)
    }

    private static func add(_ parameter: PluginParameter, prefix: String, to table: inout TextTable) {
        let name = prefix + parameter.name
        let allowed = parameter.choices.map { " (\($0.joined(separator: ", ")))" } ?? ""
        let standard = parameter.isRequired ? "required" : parameter.defaultValue.map(short) ?? ""
        table.add([name, parameter.kind.rawValue, standard, parameter.summary + allowed])
        for property in parameter.properties { add(property, prefix: name + ".", to: &table) }
        for item in parameter.items {
            for property in item.properties { add(property, prefix: name + "[].", to: &table) }
        }
    }

    private static func short(_ value: JSONValue) -> String {
        if let text = value.string { return text }
        let encoder = RecordCoding.encoder()
        // A default that JSON cannot hold would not have been read; the list does without.
        guard let bytes = try? encoder.encode(value) else { return "" }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.count > 24 ? text.prefix(23) + "…" : text
    }
}
