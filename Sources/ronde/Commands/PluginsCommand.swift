import ArgumentParser
import ConfigurationFiles
import Glibc
import Maintenance
import Reports

extension Ronde {
    struct PluginsCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plugins", abstract: "List, describe and try plugins.",
            subcommands: [List.self, Show.self, RunPlugin.self])

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list",
                abstract: "List the plugins that checklists can use.", discussion: "Example: ronde plugins list")

            @Flag(help: "Print JSON: {\"plugins\": [{name, summary, program}]}.")
            var json = false

            @OptionGroup var instance: InstanceOptions

            func run() throws {
                let plugins = try instance.plugins().values.sorted { $0.name < $1.name }
                if json {
                    struct Shape: Encodable {
                        struct Row: Encodable { let name, summary, program: String }
                        let plugins: [Row]
                    }
                    return try JSONOutput.print(
                        Shape(plugins: plugins.map { .init(name: $0.name, summary: $0.summary, program: $0.place) }))
                }
                var table = TextTable(columns: [.init("Plugin"), .init("Does", minimum: 20), .init("Program")])
                for plugin in plugins { table.add([plugin.name, plugin.summary, plugin.place]) }
                Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
            }
        }

        struct Show: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "show",
                abstract: "Describe a plugin and its parameters.", discussion: "Example: ronde plugins show vacuum")

            @Argument var name: String
            @OptionGroup var instance: InstanceOptions

            func run() throws {
                let plugins = try instance.plugins()
                guard let plugin = plugins[name] else { throw PluginsCommand.unknown(name, plugins) }
                Terminal.write(PluginDescription.text(plugin, width: Terminal.width()), to: STDOUT_FILENO)
            }
        }

        static func unknown(_ name: String, _ plugins: [String: PluginManifest]) -> CommandFailure {
            .usage("there is no plugin '\(name)'; there are: \(plugins.keys.sorted().joined(separator: ", "))")
        }
    }
}

extension PluginManifest {
    /// Where its code is, for lists.
    var place: String {
        switch program {
        case .compiledIn: "compiled in"
        case .executable(let path, _): path
        }
    }
}
