import ArgumentParser
import ConfigurationFiles
import DurableFiles
import Glibc
import Maintenance
import PluginTemplates
import SystemPackage

extension PluginLanguage: ExpressibleByArgument {}

extension Ronde.PluginsCommand {
    struct NewPlugin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Begin a plugin of your own.",
            discussion: """
                Example: ronde plugins new greeting --language python
                Writes a plugin that works, with its manifest, a test and a README, to be changed from there.
                """)

        @Argument(help: "The plugin's name: small letters, digits, '-' and '_'.")
        var name: String

        @Option(help: "What its program is written in: swift, python or sh.")
        var language: PluginLanguage

        @Option(help: "The folder of plugins; else the first one of ronde.yaml, else this folder.")
        var into: String?

        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            guard NameRule.isFit(name) else {
                throw CommandFailure.usage("'\(name)' cannot name a plugin: use \(NameRule.words)")
            }
            guard CompiledInPlugins.manifests[name] == nil else {
                throw CommandFailure.usage("'\(name)' is a plugin of Ronde; give yours another name")
            }
            let known = try pluginFolders()
            let working = InstanceOptions.workingFolder
            let above = into.map { ConfigurationLocator.absolute($0, from: working) } ?? known.first ?? working
            let folder = above.appending(name)
            do {
                try PluginStart(name: name, language: language).write(to: folder)
            } catch let error as FileError where error.errno == .fileExists {
                throw CommandFailure.usage("\(folder) is there already; remove it, or give the plugin another name")
            } catch {
                throw CommandFailure.io("\(error)")
            }
            say(folder, isKnown: known.contains(above))
        }

        /// The folders of plugins, where there is an instance; one with mistakes in it has some all the same.
        private func pluginFolders() throws -> [FilePath] {
            guard let file = try instance.file() else { return [] }
            return InstanceOptions.loader.look(at: file).instance?.folders.plugins ?? []
        }

        private func say(_ folder: FilePath, isKnown: Bool) {
            let shown = ConfigurationLocator.shortName(folder, from: InstanceOptions.workingFolder)
            var lines = ["\(shown) is a plugin that counts files; README.md in it says how to go on. Next:"]
            if let build = language.buildCommand { lines.append("  (cd \(shown) && \(build))") }
            lines += ["  sh \(shown)/test.sh", "  ronde plugins check \(shown)"]
            if !isKnown {
                lines.append("For checklists to find it, ronde.yaml has to name the folder that it is in:")
                lines.append("  folders: {plugins: [\(folder.removingLastComponent())]}")
            }
            Terminal.write(lines.joined(separator: "\n") + "\n", to: STDOUT_FILENO)
        }
    }
}
