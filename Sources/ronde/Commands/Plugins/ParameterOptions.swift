import ConfigurationFiles
import Maintenance
import YAMLDocument

/// Parameters of a plugin as words of a command: `--with key=value`, the value in YAML.
enum ParameterOptions {
    /// The parameters, with the defaults of those that are not given.
    ///
    /// - Parameters:
    ///   - words: each `key=value`.
    ///   - manifest: the plugin that is to get them.
    ///   - filling: whether a required parameter that is not given takes the example of the manifest.
    /// - Returns: an object.
    /// - Throws: ``CommandFailure`` that says what is wrong with them.
    static func read(_ words: [String], of manifest: PluginManifest, filling: Bool = false) throws -> JSONValue {
        var text = ""
        var given: Set<String> = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2 else { throw CommandFailure.usage("--with takes key=value, not '\(word)'") }
            text += "\(parts[0]): \(parts[1])\n"
            given.insert(String(parts[0]))
        }
        for parameter in manifest.parameters where filling && parameter.isRequired && !given.contains(parameter.name) {
            if let example = parameter.example { text += "\(parameter.name): \(PluginExample.inline(example))\n" }
        }
        let (value, mistakes) = ParameterReading.read(text, of: manifest)
        guard mistakes.isEmpty, let value else {
            throw CommandFailure.usage(mistakes.map { "--with: \($0.message)" }.joined(separator: "\nronde: "))
        }
        return value
    }
}
