import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import SystemPackage
import YAMLDocument

extension Ronde {
    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "validate", abstract: "Find every mistake in ronde.yaml, schedules and plugins.",
            discussion: """
                Examples: ronde validate
                          ronde validate schedules/weekly.yaml
                Mistakes go to standard output, one a line, as file:line:column: error: message.
                Exit status: 0 no mistakes, 78 mistakes.
                """)

        @Argument(help: "Files to check besides the instance: checklists, plugin manifests, a ronde.yaml.")
        var paths: [String] = []

        @Flag(help: "Print JSON: {\"mistakes\": [{file, line, column, message, suggestion}]}.")
        var json = false

        @OptionGroup var instance: InstanceOptions

        func run() throws {
            let others = paths.map { FilePath($0) }
            let file = try instance.file()
            guard file != nil || !others.isEmpty else {
                throw CommandFailure.configuration(
                    "there is no ronde.yaml here, above, or in /etc/ronde; name files to check, or use --config")
            }
            let mistakes = InstanceOptions.loader.check(file, and: others)
            if json {
                try JSONOutput.print(Shape(mistakes: mistakes.map(Shape.Row.init)))
            } else {
                for mistake in mistakes { print(mistake) }
            }
            if !mistakes.isEmpty { throw ExitCode(78) }
            Terminal.say("No mistakes" + (file.map { " in \($0) and the files it names" } ?? "") + ".")
        }

        private struct Shape: Encodable {
            struct Row: Encodable {
                let file, message: String
                let line, column: Int
                let suggestion: String?

                init(_ mistake: YAMLMistake) {
                    file = mistake.position.file
                    line = mistake.position.line
                    column = mistake.position.column
                    message = mistake.message
                    suggestion = mistake.suggestion
                }

                enum CodingKeys: CodingKey { case file, line, column, message, suggestion }

                // `suggestion` is null and not missing: programs read a fixed shape.
                func encode(to encoder: any Encoder) throws {
                    var container = encoder.container(keyedBy: CodingKeys.self)
                    try container.encode(file, forKey: .file)
                    try container.encode(line, forKey: .line)
                    try container.encode(column, forKey: .column)
                    try container.encode(message, forKey: .message)
                    try container.encode(suggestion, forKey: .suggestion)
                }
            }
            let mistakes: [Row]
        }
    }
}
