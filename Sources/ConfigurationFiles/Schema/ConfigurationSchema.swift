package import Maintenance

/// The JSON Schemas (2020-12) of the files that people write, by which editors complete and check them.
///
/// They accept whatever the readers accept, but for an explicit `null`, and refuse what can be seen in one file alone: keys,
/// types, and the parameters of each plugin. What only `ronde validate` can know, such as names in other files, is left to it.
package enum ConfigurationSchema: String, CaseIterable, Sendable {
    case ronde
    case schedule
    case plugin

    /// The file that holds it by custom.
    package var fileName: String { "\(rawValue).schema.json" }

    private var title: String {
        switch self {
        case .ronde: "ronde.yaml"
        case .schedule: "A checklist of Ronde"
        case .plugin: "The plugin.yaml of a plugin for Ronde"
        }
    }

    /// The schema, in which tasks may name these plugins.
    package func document(plugins: [PluginManifest]) -> JSONValue {
        let schema =
            switch self {
            case .ronde: InstanceSchema.schema
            case .schedule: ChecklistSchema(plugins: plugins.sorted { $0.name < $1.name }).schema
            case .plugin: ManifestSchema.schema
            }
        return schema.with("$schema", .string("https://json-schema.org/draft/2020-12/schema"))
            .with("title", .string(title)).json
    }
}
