import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import Runner
import Scheduler
import SystemPackage

extension Ronde {
    struct SimulateCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "simulate",
            abstract: "Show what a time to come would bring: what runs, and which backups are kept at its end.",
            discussion: """
                Example: ronde simulate --until 2028-01-01
                Nothing is run or written. Each run is taken to succeed and to be over at once,
                and the daemon to be there all the time.
                """)

        @Option(help: ArgumentHelp("From this instant on; now by default.", valueName: "ISO")) var from: String?
        @Option(help: ArgumentHelp("Up to this instant or the end of this date.", valueName: "ISO"))
        var until: String
        @Option(help: "How many firings to show; 40 where nothing is said, all as JSON.") var count: Int?
        @Flag(help: "Print JSON: {firings, checklists, backups, cut}.") var json = false
        @OptionGroup var instance: InstanceOptions

        /// More than two years of a checklist that is due each minute.
        private static let most = 1_200_000

        func validate() throws {
            if let count, count < 0 { throw ValidationError("--count takes 0 or more.") }
        }

        func run() throws {
            let instance = try instance.instance()
            let start = try from.map(InstantOption.parse) ?? Date()
            let end = try InstantOption.parse(until, in: instance.timeZone)
            guard end > start else { throw ValidationError("--until must be later than --from, or than now.") }
            let settings = instance.runnerSettings()
            let pauses =
                FileManager.default.fileExists(atPath: settings.storePath.string)
                ? try RunStore.open(settings).pauses() : []
            let simulation = Simulation(instance.checklists, pauses: pauses, host: settings.host)
            let (rows, isCut) = simulation.rows(after: start, until: end, limit: Self.most)
            let backups = try BackupForecast(instance).tiers(after: rows.filter { $0.firing.state == .ran })
            let outcome = SimulationOutcome(rows: rows, isCut: isCut, backups: backups)
            if json { return try JSONOutput.print(SimulationShape(outcome, count), instants: instance.timeZone) }
            SimulationText(outcome: outcome, zone: instance.timeZone, count: count ?? 40).print()
        }
    }
}

/// What a simulation came to.
struct SimulationOutcome {
    let rows: [Simulation.Row]
    /// Whether there were more rows than can be shown.
    let isCut: Bool
    let backups: [BackupForecast.Tier]

    /// By checklist, how many firings ended in each state.
    var counts: [(checklist: String, states: [FiringState: Int])] {
        Dictionary(grouping: rows, by: \.firing.checklist).sorted { $0.key < $1.key }.map { name, rows in
            (name, rows.reduce(into: [:]) { $0[$1.firing.state, default: 0] += 1 })
        }
    }
}

/// `ronde simulate --json`.
private struct SimulationShape: Encodable {
    struct Firing: Encodable {
        let checklist: String
        let nominal_time, at: Date
        let state: FiringState
        @OrNull var reason: String?
    }

    struct Checklist: Encodable {
        let checklist: String
        let ran, merged, skipped, missed: Int
    }

    struct Backups: Encodable {
        struct Kept: Encodable {
            let instant: Date
            let exists: Bool
            let reason: String
        }
        let service, database, tier: String
        let made, removed: Int
        let kept: [Kept]
    }

    let firings: [Firing]
    let checklists: [Checklist]
    let backups: [Backups]
    let cut: Bool

    init(_ outcome: SimulationOutcome, _ count: Int?) {
        firings = outcome.rows.prefix(count ?? .max).map {
            Firing(
                checklist: $0.firing.checklist, nominal_time: $0.firing.nominalTime, at: $0.at, state: $0.firing.state,
                reason: $0.firing.reason)
        }
        checklists = outcome.counts.map { name, states in
            Checklist(
                checklist: name, ran: states[.ran] ?? 0, merged: states[.merged] ?? 0, skipped: states[.skipped] ?? 0,
                missed: states[.missed] ?? 0)
        }
        backups = outcome.backups.map { tier in
            Backups(
                service: tier.service, database: tier.database, tier: tier.tier, made: tier.made,
                removed: tier.removed,
                kept: tier.kept.map { .init(instant: $0.item.instant, exists: !$0.item.isNew, reason: $0.reason) })
        }
        cut = outcome.isCut
    }
}

/// `ronde simulate` for people.
private struct SimulationText {
    let outcome: SimulationOutcome
    let zone: TimeZone
    let count: Int

    func print() {
        firings()
        checklists()
        for tier in outcome.backups { backups(tier) }
    }

    private func firings() {
        guard !outcome.rows.isEmpty else { return line("Nothing is due in that time.") }
        var table = TextTable(columns: [
            .init("At"), .init("Checklist", minimum: 8), .init("Becomes"), .init("Why", minimum: 12),
        ])
        for row in outcome.rows.prefix(count) {
            let isMoved = row.at != row.firing.nominalTime
            let moved = isMoved ? "due \(text(row.firing.nominalTime))" : nil
            table.add([
                text(row.at), row.firing.checklist, row.firing.state.rawValue,
                [moved, row.firing.reason].compactMap(\.self).joined(separator: "; "),
            ])
        }
        if count > 0 { write(table) }
        let rest = outcome.rows.count - min(count, outcome.rows.count)
        if rest > 0 { line("and \(rest) more\(outcome.isCut ? ", cut off there" : ""); --count shows more of them") }
    }

    private func checklists() {
        guard !outcome.rows.isEmpty else { return }
        var table = TextTable(columns: [
            .init("Checklist", minimum: 8), .init("Runs", .right), .init("Merged", .right), .init("Skipped", .right),
        ])
        for (name, states) in outcome.counts {
            table.add([name, "\(states[.ran] ?? 0)", "\(states[.merged] ?? 0)", "\(states[.skipped] ?? 0)"])
        }
        line("")
        write(table)
    }

    private func backups(_ tier: BackupForecast.Tier) {
        line("")
        line(
            "Backups of \(tier.service) \(tier.database), \(tier.tier): \(tier.made) made, \(tier.removed) removed; "
                + "\(tier.kept.count) at the end:")
        guard !tier.kept.isEmpty else { return }
        var table = TextTable(columns: [.init("Made"), .init("Now"), .init("Kept because", minimum: 16)])
        for (item, reason) in tier.kept.prefix(60) {
            table.add([text(item.instant), item.isNew ? "" : "exists", reason])
        }
        write(table)
        if tier.kept.count > 60 { line("and \(tier.kept.count - 60) more") }
    }

    private func text(_ instant: Date) -> String { InstantText.format(instant, in: zone) }
    private func line(_ text: String) { Terminal.write(text + "\n", to: STDOUT_FILENO) }
    private func write(_ table: TextTable) { Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO) }
}
