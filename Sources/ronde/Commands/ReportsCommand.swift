import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import History
import Maintenance
import Reports
import RunStore

extension Ronde {
    struct ReportsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reports", abstract: "List and read the reports of runs.", subcommands: [List.self, Show.self])

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list", abstract: "List reports, newest first.",
                discussion: "Example: ronde reports list --checklist weekly --count 5")

            @Option(help: "Only reports of this checklist.")
            var checklist: String?

            @Option(help: "How many.")
            var count = 20

            @Flag(
                help: "Print JSON: {\"reports\": [{run, checklist, started_at, seconds, outcome, counts, timezone}]}.")
            var json = false

            @OptionGroup var instance: InstanceOptions

            func validate() throws {
                guard (1...100_000).contains(count) else { throw ValidationError("--count takes 1 to 100000.") }
            }

            func run() throws {
                let option = instance.config.map { " --config \($0)" } ?? ""
                let instance = try instance.instance()
                let search = try instance.knownReports().list(checklist: checklist, limit: count)
                if json {
                    struct Shape: Encodable { let reports: [ReportSummary] }
                    try JSONOutput.print(Shape(reports: search.found), instants: instance.timeZone)
                } else if let newest = search.found.first {
                    let table = ReportSummary.table(of: search.found)
                    Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
                    Terminal.say("Read one with: ronde reports show \(newest.run)\(option)")
                } else {
                    Terminal.say("There are no reports yet; make one with 'ronde run'.")
                }
                for problem in search.problems { Terminal.say("ronde: \(problem)") }
            }
        }

        struct Show: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "show", abstract: "Print a report: the newest, or the one that is named.",
                discussion: "Example: ronde reports show weekly-20261122-020000")

            @Argument(help: ArgumentHelp("The run, or a checklist for its newest run.", valueName: "run"))
            var name: String?

            @Flag(help: "Print report.json instead of the Markdown.")
            var json = false

            @OptionGroup var instance: InstanceOptions

            func run() throws {
                let instance = try instance.instance()
                let folder = ReportFolder(root: instance.folders.reports)
                let known = try instance.knownReports()
                let named = try name.flatMap(RunIdentifier.init(rawValue:)).flatMap { try folder.has($0) ? $0 : nil }
                guard let wanted = try named ?? known.newest(of: name) else {
                    let removal = try name.flatMap { try known.removal(of: $0, in: instance.timeZone) }
                    throw CommandFailure.noInput(
                        name.map { "there is no report of '\($0)'; \(removal ?? "see 'ronde reports list'")" }
                            ?? "there are no reports yet; make one with 'ronde run'")
                }
                let text =
                    json
                    ? String(decoding: try JSONReport.encode(folder.read(wanted)), as: UTF8.self)
                    : try folder.markdown(wanted)
                Terminal.write(text, to: STDOUT_FILENO)
            }
        }
    }
}

extension Instance {
    /// The reports there are, by what the store knows of them; where it cannot be opened, by their folders.
    fileprivate func knownReports() throws -> ReportHistory {
        do {
            let history = try keeping()
            try Ronde.HistoryCommand.takeFirstStock(history)
            return history.listing
        } catch {
            Terminal.say("ronde: \((error as? CommandFailure)?.message ?? "\(error)")")
            Terminal.say("ronde: every report folder is looked at instead")
            return ReportHistory(store: nil, reports: ReportFolder(root: folders.reports))
        }
    }
}
