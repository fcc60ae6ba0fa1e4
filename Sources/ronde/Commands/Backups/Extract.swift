import Archiving
import ArgumentParser
import Backups
import ConfigurationFiles
import Foundation
import Maintenance
import Reports
import SystemPackage

extension Ronde.BackupsCommand {
    struct Extract: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "extract", abstract: "Unpack a set or an archive, and nothing that could do harm.",
            discussion: """
                Example: ronde backups extract uploads.tar.gz --into /tmp/uploads
                Takes tar and zip archives and single compressed files. All of it is read and checked first: an archive
                with paths or links that lead out, devices, wrong checksums or a bomb is refused whole, with status 2.
                """)

        @Argument(help: ArgumentHelp("The archive, or a set as for 'show'.", valueName: "archive")) var archive: String
        @Option(help: "A folder that is empty or not there yet.") var into: String

        @OptionGroup var options: SiteOptions

        func run() async throws {
            let (archive, limits) = try await source()
            let target = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
            let report = try await StopOnSignals.run {
                try await SafeExtraction.extract(archive, into: target, limits: limits)
            }
            let size = ByteSize(bytes: Int64(report.bytes))
            Terminal.say("\(report.format): \(report.files) files, \(size), into \(PrintableText.of(target.string))")
        }

        /// A file by its path; where there is none, the data file of a set, which may be compressed as much as it is.
        private func source() async throws -> (FilePath, ExtractionLimits) {
            let path = ConfigurationLocator.absolute(archive, from: InstanceOptions.workingFolder)
            var limits = ExtractionLimits()
            guard !FileManager.default.fileExists(atPath: path.string) else { return (path, limits) }
            let looksLikePath = archive.contains("/") || archive.hasSuffix(".gz") || archive.hasSuffix(".zip")
            if looksLikePath { throw CommandFailure.noInput("there is no file '\(PrintableText.of(archive))'") }
            let set = try await options.site().inventory().set(matching: archive).set
            limits.ratio = nil
            return (set.filePaths[0], limits)
        }
    }
}
