import ArgumentParser
import Backups
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import Runner
import SQLiteFile
import Salvage
import SystemPackage

extension Ronde.BackupsCommand {
    struct Repair: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "repair", abstract: "Save what can be read of a damaged SQLite file into a new one.",
            discussion: """
                Example: ronde backups repair var/api/test.db --into repaired.db --merge latest
                The damaged file is only read; stop the service first. Where only an index is hurt it is made anew;
                otherwise every row that is still there is taken along, and each table's loss is told.
                Exit status: 0 the new file is written, whatever is lost; 2 nothing could be saved.
                """)

        @Argument(help: "The damaged file.") var file: String
        @Option(help: "The new file.") var into: String

        @Option(
            help: ArgumentHelp("Add rows that are missing from an older set, or from a sound file.", valueName: "set"))
        var merge: String?

        @Flag(help: "Print JSON: {method, tables: [{name, rows, lost_at_least, …}], lost_and_found, notes, verdict}.")
        var json = false

        @OptionGroup var options: SiteOptions

        func run() async throws {
            let damaged = ConfigurationLocator.absolute(file, from: InstanceOptions.workingFolder)
            let new = ConfigurationLocator.absolute(into, from: InstanceOptions.workingFolder)
            let report = try await StopOnSignals.run {
                try await ScratchFolder.with(below: new.removingLastComponent()) { scratch in
                    let good = try await goodDatabase(scratch)
                    return try Salvage.repair(damaged, into: new, merging: good, scratch: scratch) { progress in
                        if !json { Terminal.say("\(Self.words(progress.stage)) …") }
                    }
                }
            }
            if json { try JSONOutput.print(report) } else { show(report, new) }
        }

        /// The sound older database: a file that is named, or a set that is unpacked for it.
        private func goodDatabase(_ scratch: FilePath) async throws -> FilePath? {
            guard let merge else { return nil }
            let path = ConfigurationLocator.absolute(merge, from: InstanceOptions.workingFolder)
            if merge.hasSuffix(".db"), FileManager.default.fileExists(atPath: path.string) { return path }
            let site = try await options.site()
            return try await site.unpacked(try site.inventory().set(matching: merge), in: scratch)
        }

        private static func words(_ stage: SalvageProgress.Stage) -> String {
            switch stage {
            case .copyingFile: "copying the file"
            case .checking: "looking for damage"
            case .reindexing: "making the indexes anew"
            case .readingTables: "reading the tables"
            case .searchingLostPages: "searching pages that no table reaches"
            case .merging: "adding rows of the older set"
            case .makingIndexes: "making indexes"
            case .checkingResult: "checking the new file"
            }
        }

        private func show(_ report: SalvageReport, _ new: FilePath) {
            var table = TextTable(columns: [
                .init("Table", minimum: 12), .init("Rows", .right), .init("Lost at least", .right),
                .init("From lost pages", .right), .init("From the set", .right),
            ])
            for row in report.tables {
                table.add([
                    row.name, "\(row.rows)", "\(row.lostAtLeast)", "\(row.fromOrphanPages)", "\(row.fromGoodSet)",
                ])
            }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
            if report.lostAndFound > 0 {
                Terminal.say("\(report.lostAndFound) rows that fit no table are in 'lost_and_found'.")
            }
            for note in report.notes { Terminal.say(WrappedText.block(note, width: Terminal.width(STDERR_FILENO))) }
            Terminal.say("Written to \(new): \(report.method.rawValue), its check says \(report.verdict.rawValue).")
            Terminal.say("Look at it, then put it in place with: ronde backups restore \(into)")
        }
    }
}
