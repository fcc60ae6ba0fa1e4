import Foundation
import Maintenance
import Reports

/// A plugin's manifest as people read it.
enum PluginDescription {
    static func text(_ plugin: PluginManifest, width: Int?) -> String {
        var lines = [WrappedText.block(plugin.summary, first: "\(plugin.name): ", width: width), ""]
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
        for parameter in plugin.parameters { lines += describe(parameter, prefix: "", width: width) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func describe(_ parameter: PluginParameter, prefix: String, width: Int?) -> [String] {
        let name = prefix + parameter.name
        let preset = parameter.defaultValue.map { ", default \(short($0))" } ?? ""
        let standard = parameter.isRequired ? ", required" : preset
        let allowed = parameter.choices.map { ". One of: \($0.joined(separator: ", "))." } ?? ""
        var lines = ["  \(name) (\(parameter.kind.rawValue)\(standard))"]
        if !(parameter.summary + allowed).isEmpty {
            lines.append(WrappedText.block(parameter.summary + allowed, first: "      ", width: width))
        }
        for property in parameter.properties { lines += describe(property, prefix: name + ".", width: width) }
        for property in parameter.items.flatMap(\.properties) {
            lines += describe(property, prefix: name + "[].", width: width)
        }
        return lines
    }

    private static func short(_ value: JSONValue) -> String {
        if let text = value.string { return text }
        let encoder = RecordCoding.encoder()
        // A default that JSON cannot hold would not have been read; the list does without.
        guard let bytes = try? encoder.encode(value) else { return "" }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.count > 60 ? text.prefix(59) + "…" : text
    }
}
