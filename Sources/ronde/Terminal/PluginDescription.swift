import Foundation
import Maintenance
import Reports

/// A plugin's manifest as people read it.
enum PluginDescription {
    static func text(_ plugin: PluginManifest, width: Int?) -> String {
        var lines = [WrappedText.block(plugin.summary, first: "\(plugin.name): ", width: width), ""]
        for (label, value) in facts(plugin) {
            let first = label + String(repeating: " ", count: max(1, 12 - label.count))
            lines.append(WrappedText.block(value, first: first, width: width))
        }
        if !plugin.parameters.isEmpty { lines += ["", "Parameters, below 'with:'"] }
        for parameter in plugin.parameters { lines += describe(parameter, prefix: "", width: width) }
        lines += ["", "Example of a task"] + PluginExample.task(plugin).map { "  " + $0 }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func facts(_ plugin: PluginManifest) -> [(label: String, value: String)] {
        var facts: [(String, String)] = [("Program", plugin.place)]
        if plugin.isCheck { facts.append(("Kind", "a check of the Monitoring Plugins (kind: nagios)")) }
        if !plugin.requires.isEmpty {
            facts.append(("Needs", "of the service: \(plugin.requires.map(\.rawValue).joined(separator: ", "))"))
        }
        for (target, mode) in plugin.locks.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            facts.append(("Locks", "the \(target.rawValue), \(mode.rawValue)"))
        }
        facts.append(("Time limit", "\(plugin.timeLimit), unless the task says otherwise"))
        if let memory = plugin.limits.memory { facts.append(("Memory", "at most \(memory) for each process")) }
        if let time = plugin.limits.processorTime { facts.append(("CPU time", "at most \(time) for each process")) }
        if let user = plugin.limits.user { facts.append(("User", user)) }
        if plugin.nice > 0 { facts.append(("Nice", "\(plugin.nice), unless the task says otherwise")) }
        if plugin.keepsState { facts.append(("State", "each task keeps a folder from run to run")) }
        facts.append(("Dry run", plugin.dryRun ? "yes" : "no: the task is skipped in one"))
        return facts
    }

    private static func describe(_ parameter: PluginParameter, prefix: String, width: Int?) -> [String] {
        let name = prefix + parameter.name
        let first = "  \(name) ("
        var lines = [
            WrappedText.block(constraints(parameter).joined(separator: ", ") + ")", first: first, width: width)
        ]
        var words = parameter.summary
        if let choices = parameter.choices { words += ". One of: \(choices.joined(separator: ", "))." }
        if let pattern = parameter.pattern { words += ". Must be: \(pattern)" }
        if let example = parameter.example { words += ". For example \(short(example))" }
        while let mark = words.first, ". ".contains(mark) { words.removeFirst() }
        if !words.isEmpty { lines.append(WrappedText.block(words, first: "      ", width: width)) }
        for property in parameter.properties { lines += describe(property, prefix: name + ".", width: width) }
        for property in parameter.items.flatMap(\.properties) {
            lines += describe(property, prefix: name + "[].", width: width)
        }
        return lines
    }

    private static func constraints(_ parameter: PluginParameter) -> [String] {
        let items = parameter.items.first.map { item in
            " of " + ([item.kind.rawValue] + bounds(item)).joined(separator: " ")
        }
        var parts = [parameter.kind.rawValue + (items ?? "")] + bounds(parameter)
        if parameter.isRequired { parts.append("required") }
        if let preset = parameter.defaultValue { parts.append("default \(short(preset))") }
        return parts
    }

    private static func bounds(_ parameter: PluginParameter) -> [String] {
        switch (parameter.minimum.map(PlainNumber.text), parameter.maximum.map(PlainNumber.text)) {
        case (let low?, let high?): ["\(low) to \(high)"]
        case (let low?, nil): ["at least \(low)"]
        case (nil, let high?): ["at most \(high)"]
        case (nil, nil): []
        }
    }

    private static func short(_ value: JSONValue) -> String {
        let text = PluginExample.inline(value)
        return text.count > 60 ? text.prefix(59) + "…" : text
    }
}
