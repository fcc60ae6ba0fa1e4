import ArgumentParser
import Backups
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage

extension Ronde.BackupsCommand {
    struct Adopt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take backups that other tools made into care.",
            discussion: """
                Example: ronde backups adopt /srv/old-backups --dry-run
                Files named like the database and a date (test_20251216.db, test_20251216_020000.db.gz) are unpacked and
                checked; each sound one gets a manifest beside it and is then listed, drilled, restored and pruned like
                any other set. No file is renamed or changed.
                Exit status: 0 adopted, 1 some files were refused, 2 no file could be adopted.
                """)

        @Argument(help: "The folder.") var folder: String
        @Flag(help: "Say what would be adopted, and change nothing.") var dryRun = false
        @Flag(help: "Take files and folder away from others' eyes: modes 0600 and 0700.") var tighten = false
        @Flag(help: "Print JSON: {folder, tiers, files: [{file, outcome, reason, …}], exposures}.") var json = false
        @OptionGroup var options: SiteOptions

        func run() async throws {
            let site = try await options.site()
            let path = ConfigurationLocator.absolute(folder, from: InstanceOptions.workingFolder).lexicallyNormalized()
            let tiers = site.places.filter { $0.folder == path }.map(\.tier)
            let report = try await StopOnSignals.run {
                try await site.withScratch { scratch in
                    try await Adoption(
                        AdoptionRequest(
                            identity: site.identity, folder: path, tiers: tiers, source: site.database,
                            timeZone: site.timeZone, scratch: scratch, tightens: tighten, isDryRun: dryRun,
                            rondeVersion: ProductVersion.current)
                    ).run()
                }
            }
            if json { try JSONOutput.print(report, instants: site.timeZone) } else { show(report, path, site) }
            if report.adopted.isEmpty, !report.refused.isEmpty { throw ExitCode(2) }
            if !report.refused.isEmpty { throw ExitCode(1) }
        }

        private func show(_ report: AdoptionReport, _ folder: FilePath, _ site: BackupSite) {
            var table = TextTable(columns: [
                .init("File", minimum: 16), .init(""), .init("Of"), .init("Rows", .right),
                .init("Because", minimum: 12),
            ])
            for file in report.files {
                table.add([
                    file.file, file.outcome.rawValue,
                    file.instant.map { InstantText.format($0, in: site.timeZone) } ?? "",
                    file.rows.map { HumanText.number(Double($0)) } ?? "", file.reason ?? "",
                ])
            }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
            for exposure in report.exposures {
                let advice = exposure.isTightened ? "tightened" : "others may read it; see --tighten"
                Terminal.say("\(exposure.path) has mode \(exposure.permissions): \(advice)")
            }
            let verb = report.isDryRun ? "would be adopted" : "adopted"
            Terminal.say("\(report.adopted.count) \(verb), \(report.refused.count) refused")
            let isKnown = !report.tiers.isEmpty || site.pools.contains { $0.folder == folder }
            if !isKnown, !report.adopted.isEmpty {
                Terminal.say(
                    "Name the folder below 'backups: adopted:' in ronde.yaml, so that its sets are looked after:")
                Terminal.say("  adopted: [{folder: \(folder), keep_daily: 7, keep_weekly: 4, keep_monthly: 12}]")
            }
        }
    }
}
