import ArgumentParser
import PluginKit

extension Ronde {
    /// The process of a compiled-in plugin, started by the runner and not by people.
    struct PluginProcess: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "plugin", abstract: "Be the process of a compiled-in plugin.", shouldDisplay: false)

        @Argument var name: String

        func run() async throws {
            guard let plugin = CompiledInPlugins.all.first(where: { $0.name == name }) else {
                throw CommandFailure.usage("there is no compiled-in plugin '\(name)'")
            }
            throw ExitCode(await PluginHost.serve(plugin))
        }
    }
}
