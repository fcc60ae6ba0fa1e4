import ArgumentParser
import ConfigurationFiles
import Glibc
import Maintenance
import Reports
import SystemPackage

extension Ronde {
    struct PluginsCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plugins", abstract: "List, describe, try, begin and check plugins.",
            subcommands: [List.self, Show.self, RunPlugin.self, NewPlugin.self, CheckPlugin.self])

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list",
                abstract: "List the plugins that checklists can use.", discussion: "Example: ronde plugins list")

            @Flag(help: "Print JSON: {\"plugins\": [{name, summary, kind, program}]}.")
            var json = false

            @OptionGroup var instance: InstanceOptions

            func run() throws {
                let plugins = try instance.plugins().values.sorted { $0.name < $1.name }
                if json {
                    struct Shape: Encodable {
                        struct Row: Encodable { let name, summary, kind, program: String }
                        let plugins: [Row]
                    }
                    let rows = plugins.map {
                        Shape.Row(name: $0.name, summary: $0.summary, kind: $0.kindName, program: $0.place)
                    }
                    return try JSONOutput.print(Shape(plugins: rows))
                }
                var table = TextTable(columns: [.init("Plugin"), .init("Does", minimum: 30), .init("Program")])
                for plugin in plugins { table.add([plugin.name, plugin.summary, shortPlace(plugin)]) }
                Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
            }

            private func shortPlace(_ plugin: PluginManifest) -> String {
                plugin.path.map { ConfigurationLocator.shortName(FilePath($0), from: InstanceOptions.workingFolder) }
                    ?? plugin.place
            }
        }

        struct Show: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "show",
                abstract: "Describe a plugin and its parameters.", discussion: "Example: ronde plugins show vacuum")

            @Argument(help: "The plugin.") var name: String

            @Flag(help: "Print the manifest as JSON, times in seconds and sizes in bytes.")
            var json = false

            @OptionGroup var instance: InstanceOptions

            func run() throws {
                let plugins = try instance.plugins()
                guard let plugin = plugins[name] else { throw PluginsCommand.unknown(name, plugins) }
                if json { return try JSONOutput.print(PluginRecord(plugin)) }
                Terminal.write(PluginDescription.text(plugin, width: Terminal.width()), to: STDOUT_FILENO)
            }
        }

        static func unknown(_ name: String, _ plugins: [String: PluginManifest]) -> CommandFailure {
            .usage("there is no plugin '\(name)'; there are: \(plugins.keys.sorted().joined(separator: ", "))")
        }
    }
}
