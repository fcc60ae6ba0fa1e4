package import Maintenance
package import YAMLDocument

/// Reads parameters that were given outside of a checklist.
package enum ParameterReading {
    /// - Parameters:
    ///   - text: YAML of a mapping; empty for none.
    ///   - manifest: the plugin that is to get them.
    /// - Returns: the parameters with defaults filled in, or nil and why not.
    package static func read(
        _ text: String, of manifest: PluginManifest
    ) -> (value: JSONValue?, mistakes: [YAMLMistake]) {
        let mistakes = MistakeCollector()
        do throws(YAMLMistake) {
            let root = ValueReader(try YAMLDocument.parse(bytes: Array(text.utf8), file: "--with"), mistakes)
            let value = ParameterChecker.check(text.isEmpty ? nil : root, of: root, against: manifest)
            return (mistakes.isEmpty ? value : nil, mistakes.mistakes)
        } catch {
            return (nil, [error])
        }
    }
}
