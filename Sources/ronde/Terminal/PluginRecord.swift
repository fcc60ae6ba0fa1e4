import Maintenance

/// A plugin's manifest as programs read it: the shape of `ronde plugins show --json`.
///
/// Times are seconds, sizes are bytes, and what a manifest does not say is `null`.
struct PluginRecord: Encodable {
    private let plugin: PluginManifest

    init(_ plugin: PluginManifest) { self.plugin = plugin }

    private enum Keys: String, CodingKey {
        case name, summary, kind, program, requires, locks, timeLimit = "time_limit", memory
        case processorTime = "cpu_time"
        case user, nice, state, dryRun = "dry_run", parameters
    }

    func encode(to encoder: any Encoder) throws {
        var record = encoder.container(keyedBy: Keys.self)
        try record.encode(plugin.name, forKey: .name)
        try record.encode(plugin.summary, forKey: .summary)
        try record.encode(plugin.kindName, forKey: .kind)
        try record.encode(plugin.path, forKey: .program)
        try record.encode(plugin.requires.map(\.rawValue), forKey: .requires)
        try record.encode(
            Dictionary(uniqueKeysWithValues: plugin.locks.map { ($0.key.rawValue, $0.value.rawValue) }), forKey: .locks)
        try record.encode(plugin.timeLimit.seconds, forKey: .timeLimit)
        try record.encode(plugin.limits.memory?.bytes, forKey: .memory)
        try record.encode(plugin.limits.processorTime?.seconds, forKey: .processorTime)
        try record.encode(plugin.limits.user, forKey: .user)
        try record.encode(plugin.nice, forKey: .nice)
        try record.encode(plugin.keepsState, forKey: .state)
        try record.encode(plugin.dryRun, forKey: .dryRun)
        try record.encode(plugin.parameters.map(Parameter.init), forKey: .parameters)
    }

    /// One parameter; what its manifest does not say is left out, as in the manifest.
    private struct Parameter: Encodable {
        let name: String
        let type: String
        let description: String
        let required: Bool
        let `default`, example: JSONValue?
        let `enum`: [String]?
        let minimum, maximum: Double?
        let pattern: String?
        let items, properties: [Parameter]?

        init(_ parameter: PluginParameter) {
            name = parameter.name
            type = parameter.kind.rawValue
            description = parameter.summary
            required = parameter.isRequired
            self.default = parameter.defaultValue
            example = parameter.example
            self.enum = parameter.choices
            (minimum, maximum, pattern) = (parameter.minimum, parameter.maximum, parameter.pattern)
            items = parameter.items.isEmpty ? nil : parameter.items.map(Parameter.init)
            properties = parameter.properties.isEmpty ? nil : parameter.properties.map(Parameter.init)
        }
    }
}

extension PluginManifest {
    /// Where its code is, for lists.
    var place: String { path ?? "compiled in" }

    /// The program; nil for a part of Ronde.
    var path: String? {
        switch program {
        case .compiledIn: nil
        case .executable(let path, _), .check(let path, _): path
        }
    }

    /// `compiled-in`, or what its program speaks.
    var kindName: String {
        switch program {
        case .compiledIn: "compiled-in"
        case .executable: PluginKind.events.rawValue
        case .check: PluginKind.nagios.rawValue
        }
    }
}
