import ArgumentParser
import Backups
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage

extension Ronde.BackupsCommand {
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Remove the sets that no rule keeps.",
            discussion: """
                Examples: ronde backups prune --dry-run
                          ronde backups prune --tier weekly --keep 8
                          ronde backups prune --folder /srv/old --keep-daily 7 --keep-monthly 12
                Each tier keeps the newest set of each of its last days, weeks or months that have one; how many, its
                backup task says. Pinned sets stay, and nothing goes while the last backup was a bad one.
                """)

        @Option(help: "Only this tier: daily, weekly or monthly.") var tier: String?
        @Option(help: "How many days, weeks or months keep their set.") var keep: Int?
        @Option(help: "Only this folder of adopted sets.") var folder: String?
        @Option(help: "For --folder: days.") var keepDaily: Int?
        @Option(help: "For --folder: weeks.") var keepWeekly: Int?
        @Option(help: "For --folder: months.") var keepMonthly: Int?
        @Option(help: "How many sets stay in each folder whatever the rule says.") var keepAtLeast = 0
        @Flag(help: "Say that the clock is right although it seems to have jumped.") var confirmClock = false
        @Flag(help: "Say what would go, and remove nothing.") var dryRun = false
        @Flag(help: "Do not ask.") var yes = false
        @Flag(help: "Print JSON: {folders: [{folder, hold, keep: [{name, reason}], remove: [{name, reason}]}]}.")
        var json = false
        @OptionGroup var options: SiteOptions

        func validate() throws {
            if tier != nil, folder != nil { throw ValidationError("Name --tier or --folder, not both.") }
            if let tier, Tier(rawValue: tier) == nil {
                throw ValidationError("'\(tier)' is no tier; there are daily, weekly and monthly.")
            }
            if let keep, keep < 1 { throw ValidationError("--keep takes 1 or more: else nothing would be kept.") }
            if keep != nil, tier == nil { throw ValidationError("--keep is about one tier; name it with --tier.") }
            if folder == nil, keepDaily ?? keepWeekly ?? keepMonthly != nil {
                throw ValidationError("--keep-daily and the like are about a folder; name it with --folder.")
            }
        }

        func run() async throws {
            let site = try await options.site()
            let targets = try targets(of: site)
            let prunings = targets.map { target in
                Pruning(
                    PruningRequest(
                        identity: site.identity, target: target, timeZone: site.timeZone, places: site.places,
                        pools: site.pools, keepAtLeast: keepAtLeast, confirmsClock: confirmClock))
            }
            let now = Date()
            let named = targets.compactMap { if case .pool(let pool) = $0 { pool } else { nil } }
            // Read once for all tiers: there may be 100,000 sets.
            let inventory = try BackupInventory.read(site.places, pools: site.pools + named, of: site.identity)
            let plans = try prunings.map { try $0.plan(now: now, of: inventory) }
            let removed = plans.reduce(0) { $0 + $1.removed.count }
            if dryRun { return try show(plans, in: site.timeZone, isDone: false) }
            if removed > 0, !yes {
                if !json { try show(plans, in: site.timeZone, isDone: false) }
                let question = "Remove \(removed) set\(removed == 1 ? "" : "s")?"
                guard let answer = Confirmation.ask(question) else {
                    throw CommandFailure.usage("nothing was removed: add --yes where nobody can be asked")
                }
                guard answer else { throw CommandFailure(message: "nothing was removed", status: 1) }
            }
            let (done, failures) = try await StopOnSignals.run { try Self.execute(Array(zip(prunings, plans))) }
            try show(done, in: site.timeZone, isDone: true)
            if let failure = failures.first { throw failure }
        }

        /// Every folder, even where another one fails.
        private static func execute(
            _ work: [(pruning: Pruning, plan: PruningPlan)]
        ) throws -> (done: [PruningPlan], failures: [any Error]) {
            var done: [PruningPlan] = []
            var failures: [any Error] = []
            for (pruning, plan) in work {
                do {
                    done.append(try pruning.execute(plan))
                } catch let error as CancellationError {
                    throw error
                } catch {
                    failures.append(error)
                }
            }
            return (done, failures)
        }

        private func targets(of site: BackupSite) throws -> [PruningRequest.Target] {
            if let folder {
                let path = ConfigurationLocator.absolute(folder, from: InstanceOptions.workingFolder)
                return [.pool(try pool(at: path.lexicallyNormalized(), of: site))]
            }
            let chosen = tier.flatMap(Tier.init(rawValue:)).map { [$0] } ?? [.daily, .weekly, .monthly]
            let tiers: [PruningRequest.Target] = chosen.map { tier in
                let place = BackupPlace(tier: tier, folder: site.folder(of: tier))
                return .tier(place, keep: keep ?? site.keep(of: tier))
            }
            return tiers + (tier == nil ? site.pools.map { .pool($0) } : [])
        }

        private func pool(at folder: FilePath, of site: BackupSite) throws -> BackupPool {
            if keepDaily ?? keepWeekly ?? keepMonthly != nil {
                return BackupPool(
                    folder: folder,
                    policy: RetentionPolicy(daily: keepDaily ?? 0, weekly: keepWeekly ?? 0, monthly: keepMonthly ?? 0))
            }
            guard let known = site.pools.first(where: { $0.folder == folder }) else {
                throw CommandFailure.usage(
                    "say what is kept in '\(folder)', as in --keep-daily 7 --keep-weekly 4 --keep-monthly 12, "
                        + "or name it below 'backups: adopted:' in ronde.yaml")
            }
            return known
        }

        private func show(_ plans: [PruningPlan], in timeZone: TimeZone, isDone: Bool) throws {
            if json {
                return try JSONOutput.print(
                    PruningShape(folders: plans.map(PruningShape.Folder.init)), instants: timeZone)
            }
            let width = Terminal.width(STDERR_FILENO)
            let holds = plans.compactMap { plan in plan.hold.map { "\($0)" } }
            // What holds all folders is said once.
            let shared = holds.count == plans.count && Set(holds).count == 1 ? holds.first : nil
            if let shared { Terminal.say(WrappedText.block(shared, width: width)) }
            for plan in plans where !plan.decisions.isEmpty || plan.hold != nil && shared == nil {
                Terminal.say(PrintableText.of(plan.folder.string))
                var table = TextTable(columns: [.init("Set"), .init(""), .init("Because", minimum: 20)])
                for decision in plan.decisions {
                    let verb = decision.isKept ? "keep" : isDone ? "removed" : "remove"
                    table.add(["\(decision.set.name)", verb, decision.reason])
                }
                if !plan.decisions.isEmpty { Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO) }
                for note in plan.notes { Terminal.say(note) }
                if shared == nil, let hold = plan.hold {
                    Terminal.say(WrappedText.block("\(hold)", width: width))
                }
            }
            let removed = plans.reduce(0) { $0 + $1.removed.count }
            Terminal.say(
                isDone
                    ? "\(removed) removed" : removed == 0 ? "Nothing would be removed." : "\(removed) would be removed."
            )
        }
    }
}

private struct PruningShape: Encodable {
    struct Folder: Encodable {
        let folder: String
        /// Why nothing is removed; null where the rule alone decides.
        @OrNull var hold: String?
        let keep: [Decision]
        let remove: [Decision]

        init(_ plan: PruningPlan) {
            folder = plan.folder.string
            hold = plan.hold.map { "\($0)" }
            keep = plan.kept.map(Decision.init)
            remove = plan.removed.map(Decision.init)
        }
    }

    struct Decision: Encodable {
        let name: String
        let instant: Date
        let reason: String

        init(_ decision: PruningDecision) {
            name = "\(decision.set.name)"
            instant = decision.set.instant
            reason = decision.reason
        }
    }

    let folders: [Folder]
}
