import Maintenance

/// The schema of a `plugin.yaml`.
enum ManifestSchema {
    static let schema = Schema.mapping(
        required: ["name", "summary"],
        [
            "name": .name, "summary": .title,
            "requires": Schema.list(of: .choice(ServiceFact.self)).about("What it cannot do without of the service"),
            "locks": .named(.choice(LockMode.self), names: .choice(LockTarget.self)), "time_limit": .duration,
            "dry_run": Schema.boolean.about("Whether it can say what it would do without doing it"),
            "state": Schema.boolean.about("Whether each task has a folder that stays from run to run"),
            "nice": .integer(TaskLoad.niceness),
            "memory": Schema.size.about("The most memory of each of its processes"),
            "cpu_time": Schema.duration.about("The most processor time of each of its processes"),
            "user": Schema.text.about("The user it runs as; only root can give one"),
            "kind": Schema.choice(PluginKind.self).about("What its program speaks"),
            "command": Schema.list(of: .text, count: 1...100).about("The program and its arguments"),
            "parameters": .named(.reference("parameter")),
        ]
    ).with("$defs", .object(["parameter": parameter(isNamed: true).json, "item": parameter(isNamed: false).json]))

    /// A parameter, or without a name and all that goes with it the item of an array.
    private static func parameter(isNamed: Bool) -> Schema {
        var keys: [String: Schema] = [
            "type": .choice(PluginParameter.Kind.self), "description": .text, "enum": .list(of: .text, count: 1...100),
            "minimum": .number(), "maximum": .number(), "pattern": .text, "items": .reference("item"),
            "properties": .named(.reference("parameter")),
        ]
        if isNamed {
            keys["required"] = .boolean
            keys["default"] = Schema(members: [:])
            keys["example"] = Schema(members: [:])
        }
        return Schema.mapping(required: ["type"], keys)
    }
}
