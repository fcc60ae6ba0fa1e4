import ArgumentParser
import ConfigurationFiles
import DurableFiles
import Foundation
import Maintenance
import SystemPackage

extension ConfigurationSchema: ExpressibleByArgument {}

extension Ronde {
    struct SchemaCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print JSON Schemas of ronde.yaml, of checklists and of plugin.yaml.",
            discussion: """
                Examples: ronde schema schedule > schedule.schema.json
                          ronde schema --into .schemas
                Editors complete and check a file that begins with
                  # yaml-language-server: $schema=.schemas/ronde.schema.json
                The schema of checklists knows the parameters of all plugins of this instance: write it anew when they change.
                """)

        @Argument(help: "Which one: ronde, schedule or plugin; else ronde, and with --into all three.")
        var name: ConfigurationSchema?

        @Option(help: ArgumentHelp("Write NAME.schema.json into this folder.", valueName: "folder"))
        var into: String?

        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            let plugins = Array(try knownPlugins().values)
            guard let into else { return try JSONOutput.print((name ?? .ronde).document(plugins: plugins)) }
            let folder = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
            let readable: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
            do {
                try Folder.create(folder, permissions: [readable, .ownerExecute, .groupExecute, .otherExecute])
                for schema in name.map({ [$0] }) ?? ConfigurationSchema.allCases {
                    let bytes = try RecordCoding.encoder(indented: true).encode(schema.document(plugins: plugins))
                    try DurableFile.write(
                        [UInt8](bytes) + [0x0A], to: folder.appending(schema.fileName), permissions: readable)
                }
            } catch let error as FileError {
                throw CommandFailure.io("\(error)")
            }
        }

        /// All that can be known of an instance with mistakes: who mends them wants an editor that helps.
        private func knownPlugins() throws -> [String: PluginManifest] {
            guard let file = try instance.file() else { return try instance.plugins() }
            return InstanceOptions.loader.look(at: file).instance?.plugins ?? InstanceOptions.loader.compiledInPlugins()
        }
    }
}
