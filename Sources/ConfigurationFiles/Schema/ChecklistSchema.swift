import Maintenance

/// The schema of a checklist, in which each plugin's parameters are known.
struct ChecklistSchema {
    /// The plugins that tasks may name.
    let plugins: [PluginManifest]

    var schema: Schema {
        .mapping(
            required: ["checklist", "service", "tasks"],
            [
                "checklist": Schema.name.about("The checklist's name"), "title": .title,
                "service": Schema.name.about("The service of ronde.yaml that is maintained"),
                "schedule": .either(.cron, Self.schedule), "time_limit": .duration,
                "tasks": .list(of: task, count: 1...200),
            ])
    }

    private static let schedule = Schema.mapping(
        required: ["cron"],
        [
            "cron": .cron, "timezone": .timeZone,
            "missed": .mapping([
                "run": .choice(MissedPolicy.Choice.self), "within": .duration, "at_most": .integer(1...10_000),
            ]),
            "overlap": .choice(OverlapPolicy.self), "jitter": .duration,
            "not_during": .mapping([
                "weekly": Schema.list(of: .text, count: 1...200).about("Such as mon-fri 08:00-18:00"),
                "dates": Schema.list(of: .text, count: 1...1000).about("Such as 2026-12-24..2027-01-02, or 12-25"),
                "calendars": Schema.list(of: .path, count: 1...20).about("Files of the iCalendar format"),
                "then": .choice(BlackoutPolicy.Choice.self),
            ]),
        ])

    private var task: Schema {
        let keys: [String: Schema] = [
            "task": Schema.name.about("The task's name"), "title": .title,
            "plugin": Schema.choice(of: plugins.map(\.name)).about("What does the work"),
            "with": Schema(members: ["type": .string("object")]).about("What the plugin is told"),
            "needs": Schema.list(of: .name).about("Runs only if these tasks ended ok or warning"),
            "time_limit": .duration,
            "retry": .mapping([
                "attempts": .integer(1...100), "delay": .duration, "backoff": .number(minimum: 1, maximum: 100),
            ]),
            "nice": .integer(TaskLoad.niceness), "ionice": .choice(TaskLoad.DiskClass.self), "memory": .size,
            "cpu_time": .duration, "locks": .named(.choice(LockMode.self)),
        ]
        return Schema.mapping(required: ["task", "plugin"], keys)
            .with("allOf", .array(plugins.map { Self.rule(of: $0).json }))
    }

    /// What holds of a task that names the plugin.
    private static func rule(of plugin: PluginManifest) -> Schema {
        let isThis = Schema(members: [
            "properties": .object(["plugin": .object(["const": .string(plugin.name)])]),
            "required": .array([.string("plugin")]),
        ])
        let with = Schema(members: ["properties": .object(["with": ParameterSchema.members(plugin.parameters).json])])
        let isNeeded = plugin.parameters.contains(where: \.isRequired)
        let rule = isNeeded ? with.with("required", .array([.string("with")])) : with
        return Schema(members: ["if": isThis.json, "then": rule.json])
    }
}
