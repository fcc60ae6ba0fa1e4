import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore

extension Ronde {
    struct LedgerCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ledger", abstract: "Show what became of every firing.",
            discussion: """
                Example: ronde ledger --checklist daily --from 2026-11-01T00:00:00+01:00
                One row for each time at which a schedule was due: it ran, ran late, was
                merged into a later one, was skipped or was missed. Runs by hand answer no
                firing; they are in 'ronde reports list'.
                """)

        @Option(help: "Only firings of this checklist.") var checklist: String?
        @Option(help: "Only firings that ended so: ran, late, merged, skipped, missed, or running.") var state: String?
        @Option(help: ArgumentHelp("Firings at or after this instant.", valueName: "ISO")) var from: String?
        @Option(help: ArgumentHelp("Firings before this instant.", valueName: "ISO")) var until: String?
        @Option(help: "How many of the newest; 50 where nothing is said, all as JSON.") var count: Int?
        @Flag(help: "Print JSON: {\"firings\": [{checklist, nominal_time, state, reason, run}]}, oldest first.")
        var json = false
        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            if let count, count < 1 { throw ValidationError("--count takes 1 or more.") }
            for text in [from, until].compactMap({ $0 }) { _ = try InstantOption.parse(text) }
            if let state, FiringState(rawValue: state) == nil {
                let known = FiringState.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("'\(state)' is no state of a firing; there are: \(known).")
            }
        }

        func run() throws {
            let option = instance.config.map { " --config \($0)" } ?? ""
            let instance = try instance.instance()
            let store = try RunStore.open(instance.runnerSettings())
            let (start, end) = (try from.map(InstantOption.parse), try until.map(InstantOption.parse))
            let wanted = state.flatMap(FiringState.init(rawValue:))
            let firings = try store.firings(
                checklist: checklist, state: wanted, from: start, until: end, limit: count ?? (json ? Int.max : 50))
            if json { return try JSONOutput.print(LedgerShape(firings), instants: instance.timeZone) }
            guard !firings.isEmpty else { return Terminal.say(nothing(in: instance)) }
            show(firings, in: instance.timeZone)
            let counts = try store.firingCounts(checklist: checklist, from: start, until: end)
            let all = FiringState.allCases.compactMap { state in counts[state].map { "\($0) \(state.rawValue)" } }
            Terminal.say("In all: \(all.joined(separator: ", ")).")
            if let run = firings.last(where: { $0.run != nil })?.run {
                Terminal.say("Read the report of a run with: ronde reports show \(run)\(option)")
            }
        }

        private func nothing(in instance: Instance) -> String {
            if let checklist, instance.checklist(named: checklist) == nil {
                return "There is no checklist '\(checklist)', and there are no firings of one."
            }
            return from ?? until ?? state == nil
                ? "No firing was due yet; schedules are watched while 'ronde daemon' runs, and from its first start on."
                : "There are no such firings."
        }

        private func show(_ firings: [FiringRecord], in timeZone: TimeZone) {
            var table = TextTable(columns: [
                .init("Due"), .init("Checklist", minimum: 8), .init("State"), .init("Run or reason", minimum: 12),
            ])
            for firing in firings {
                let words = [firing.run?.rawValue, firing.reason].compactMap(\.self).joined(separator: ": ")
                table.add([
                    InstantText.format(firing.nominalTime, in: timeZone), firing.checklist, firing.state.rawValue,
                    words,
                ])
            }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }
    }
}

private struct LedgerShape: Encodable {
    struct Row: Encodable {
        let checklist: String
        let nominal_time: Date
        let state: FiringState
        @OrNull var reason: String?
        @OrNull var run: String?
    }

    let firings: [Row]

    init(_ records: [FiringRecord]) {
        firings = records.map {
            Row(
                checklist: $0.checklist, nominal_time: $0.nominalTime, state: $0.state, reason: $0.reason,
                run: $0.run?.rawValue)
        }
    }
}
