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
            commandName: "adopt", abstract: "Take backups that other tools made into care.",
            discussion: """
                Example: ronde backups adopt /srv/old-backups --dry-run
                Files named like the database and a date (test_20251216.db, test_20251216_020000.db.gz) are unpacked and
                checked; each sound one gets a manifest beside it and is then listed, drilled, restored and pruned like
                any other set. No file is renamed or changed.
                Done again it looks at what is no set yet, and so says what is still refused.
                Exit status: 0 nothing was refused, 1 some files were, 2 files were and the folder has no set.
                """)

        @Argument(help: "The folder.") var folder: String
        @Flag(help: "Say what would be adopted, and change nothing.") var dryRun = false
        @Flag(help: "Take files and folder away from others' eyes: modes 0600 and 0700.") var tighten = false
        @Flag(help: "Print JSON: {folder, tiers, files: [{file, outcome, reason, …}], sets_there, exposures}.")
        var json = false
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
            let present = try BackupCatalogue.read(path, of: site.identity).sets.count
            let earlier = dryRun ? present : max(0, present - report.adopted.count)
            if json {
                let shape = AdoptionShape(report, setsThere: earlier + report.adopted.count)
                try JSONOutput.print(shape, instants: site.timeZone)
            } else {
                show(report, earlier, path, site)
            }
            guard !report.refused.isEmpty else { return }
            throw ExitCode(earlier + report.adopted.count == 0 ? 2 : 1)
        }

        /// `earlier` is how many sets the folder had before.
        private func show(_ report: AdoptionReport, _ earlier: Int, _ folder: FilePath, _ site: BackupSite) {
            var table = TextTable(columns: [
                .init("File", minimum: 16), .init(""), .init("Of"), .init("Rows", .right),
            ])
            for file in report.files {
                table.add([
                    file.file, file.outcome.rawValue,
                    file.instant.map { InstantText.format($0, in: site.timeZone) } ?? "",
                    file.rows.map { HumanText.number(Double($0)) } ?? "",
                ])
            }
            if !report.files.isEmpty { Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO) }
            // Not in the table: a reason that is cut at the edge of a terminal helps nobody.
            for file in report.files {
                guard let reason = file.reason else { continue }
                let words = PrintableText.of("\(file.file): \(reason)")
                Terminal.write(WrappedText.block(words, width: Terminal.width()) + "\n", to: STDOUT_FILENO)
            }
            for exposure in report.exposures {
                let advice = exposure.isTightened ? "tightened" : "others may read it; see --tighten"
                Terminal.say("\(exposure.path) has mode \(exposure.permissions): \(advice)")
            }
            let verb = report.isDryRun ? "would be adopted" : "adopted"
            let before = earlier > 0 ? "; \(earlier == 1 ? "1 set was" : "\(earlier) sets were") there before" : ""
            let still = earlier > 0 && report.adopted.isEmpty ? "still refused" : "refused"
            Terminal.say("\(report.adopted.count) \(verb), \(report.refused.count) \(still)\(before)")
            if !report.refused.isEmpty {
                Terminal.say("A refused file counts as no backup; mend or move it, and adopt again.")
            }
            let isKnown = !report.tiers.isEmpty || site.pools.contains { $0.folder == folder }
            if !isKnown, !report.adopted.isEmpty {
                Terminal.say(
                    "Name the folder below 'backups: adopted:' in ronde.yaml, so that its sets are looked after:")
                Terminal.say("  adopted: [{folder: \(folder), keep_daily: 7, keep_weekly: 4, keep_monthly: 12}]")
            }
        }
    }
}

/// The report for programs: every key is there.
private struct AdoptionShape: Encodable {
    struct File: Encodable {
        let file: String
        let outcome: AdoptionReport.File.Outcome
        @OrNull var reason: String?
        @OrNull var instant: Date?
        @OrNull var instant_source: AdoptionRecord.InstantSource?
        let bytes: Int
        @OrNull var rows: Int?
    }

    let folder: String
    let tiers: [Tier]
    let dry_run: Bool
    let files: [File]
    /// How many sets the folder has, or would have, with those that are adopted now.
    let sets_there: Int
    let exposures: [AdoptionReport.Exposure]

    init(_ report: AdoptionReport, setsThere: Int) {
        folder = report.folder
        tiers = report.tiers
        dry_run = report.isDryRun
        files = report.files.map {
            File(
                file: $0.file, outcome: $0.outcome, reason: $0.reason, instant: $0.instant,
                instant_source: $0.instantSource, bytes: $0.bytes, rows: $0.rows)
        }
        sets_there = setsThere
        exposures = report.exposures
    }
}
