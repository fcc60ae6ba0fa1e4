import SystemPackage
import Archiving
import ArgumentParser
import ConfigurationFiles
import Maintenance
import Reports

extension Ronde.BackupsCommand {
    struct Extract: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Unpack a set or an archive, and nothing that could do harm.",
            discussion: """
                Example: ronde backups extract uploads.tar.gz --into /tmp/uploads
                Takes tar and zip archives and single compressed files. All of it is read and checked first: an archive
                with paths or links that lead out, devices, wrong checksums or a bomb is refused whole, with status 2.
                """)

        @Argument(help: "The archive.") var archive: String
        @Option(help: "A folder that is empty or not there yet.") var into: String

        func run() async throws {
            let archive = ConfigurationLocator.absolute(archive, from: InstanceOptions.workingFolder)
            let target = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
            let report = try await StopOnSignals.run { try await SafeExtraction.extract(archive, into: target) }
            let size = ByteSize(bytes: Int64(report.bytes))
            Terminal.say("\(report.format): \(report.files) files, \(size), into \(PrintableText.of(target.string))")
        }
    }
}
