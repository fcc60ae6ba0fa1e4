import Maintenance
import YAMLDocument

/// Checks what stands below `with:` against the parameters of a plugin, and fills in their defaults.
enum ParameterChecker {
    /// An object with the parameters in `reader`, the value of `with:`, or nil where a mistake was recorded.
    ///
    /// Without a `with:` the mistakes stand at the `task`.
    static func check(_ reader: ValueReader?, of task: ValueReader, against manifest: PluginManifest) -> JSONValue? {
        guard let reader else {
            let missing = manifest.parameters.filter(\.isRequired).map(\.name)
            if !missing.isEmpty {
                let list = missing.joined(separator: ", ")
                task.mistake("the plugin '\(manifest.name)' must be told \(list) below 'with:'")
            }
            var defaults: [String: JSONValue] = [:]
            for parameter in manifest.parameters { defaults[parameter.name] = parameter.defaultValue }
            return .object(defaults)
        }
        return reader.mapping { ParameterShape.members($0, manifest.parameters.map(ParameterShape.init)) }
    }
}
