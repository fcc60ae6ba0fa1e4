import ArgumentParser
import Backups
import Foundation
import Glibc
import Maintenance
import Reports

extension Ronde.BackupsCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the sets, newest first.",
            discussion: "Example: ronde backups list --tier weekly")

        @Option(help: "Only sets of this tier: daily, weekly, monthly or manual.") var tier: String?
        @Option(help: "How many; all of them as JSON, else 50.") var count: Int?
        @Flag(help: "Print JSON: {sets: [{set, instant, tiers, bytes, verified_at, …}], problems, quarantined, hold}.")
        var json = false
        @OptionGroup var options: SiteOptions

        func validate() throws {
            if let count, count < 1 { throw ValidationError("--count takes 1 or more.") }
            if let tier, Tier(rawValue: tier) == nil {
                throw ValidationError("'\(tier)' is no tier; there are daily, weekly, monthly and manual.")
            }
        }

        func run() async throws {
            let site = try await options.site()
            let now = Date()
            let inventory = try site.inventory()
            let plans = try site.pruningPlans(of: inventory, now: now)
            UntilExit.keep((inventory, plans))
            let wanted = tier.flatMap(Tier.init(rawValue:))
            let sets = wanted.map { tier in inventory.sets.filter { $0.set.tiers.contains(tier) } } ?? inventory.sets
            let rows = SetListing.rows(sets.prefix(count ?? (json ? .max : 50)), plans: plans, now: now)
            let hold = plans.compactMap(\.hold).first
            if json {
                return try JSONOutput.print(
                    InventoryShape(
                        sets: rows, problems: inventory.problems.map { "\($0)" },
                        quarantined: inventory.quarantined.map { "\($0.path)" }, hold: hold.map { "\($0)" }),
                    instants: site.timeZone)
            }
            show(rows, of: sets.count, now)
            let problems =
                inventory.problems.map { "\($0)" }
                + inventory.quarantined.map { "in quarantine: \($0.path): \($0.reason)" }
                + (hold.map { ["\($0)"] } ?? [])
            let width = Terminal.width(STDERR_FILENO)
            for problem in problems { Terminal.say(WrappedText.block("ronde: \(problem)", width: width)) }
        }

        private func show(_ rows: [SetListing], of count: Int, _ now: Date) {
            guard !rows.isEmpty else {
                return Terminal.say("There are no backups yet; make one with: ronde plugins run backup")
            }
            var table = TextTable(columns: [
                .init("Set"), .init("Tier"), .init("Age", .right), .init("Size", .right),
                .init("Rows", .right), .init("Verified", .right), .init("Kept because", minimum: 12),
            ])
            for row in rows { table.add(SetWords.cells(row, now)) }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
            if count > rows.count { Terminal.say("… and \(count - rows.count) older ones; see --count") }
        }
    }
}

private struct InventoryShape: Encodable {
    let sets: [SetListing]
    /// What looks like a set and does not count.
    let problems: [String]
    let quarantined: [String]
    /// Why nothing is pruned now; null where the rules alone decide.
    @OrNull var hold: String?
}
