import ArgumentParser
import ConfigurationFiles
import Foundation
import History
import Maintenance
import Reports
import RunStore
import Runner
import Scheduler
import SystemPackage

extension Ronde.HistoryCommand {
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prune", abstract: "Apply the rules of history now.",
            discussion: """
                Examples: ronde history prune --dry-run
                          ronde history prune --compact
                Reports that are held or signed stay, and so do the newest runs of each
                checklist. A daemon may go on meanwhile, but not beside --compact.
                """)

        @Flag(help: "Say what would go, and remove nothing.") var dryRun = false
        @Flag(help: "Do not ask.") var yes = false
        @Flag(help: "Say that the clock is right although it seems to have jumped.") var confirmClock = false
        @Flag(help: "Give all free pages of the state database back to the disk; whoever writes waits meanwhile.")
        var compact = false
        @Flag(help: "Print JSON: {removed: {runs: {reason: n}, bytes, firings}, adopted_runs, problems, state}.")
        var json = false
        @OptionGroup var instance: InstanceOptions

        func run() async throws {
            let instance = try instance.instance()
            if compact, !dryRun { try refuseBesideDaemons(instance) }
            let history = try instance.keeping()
            try Ronde.HistoryCommand.takeFirstStock(history)
            let status = try await history.status(at: Date(), confirmsClock: confirmClock)
            let words = HistoryWords(status, history.rules, instance.timeZone)
            if dryRun {
                if json { return try JSONOutput.print(WouldRemoveShape(status)) }
                return words.showRemovals()
            }
            try confirm(status, words)
            let confirmsClock = confirmClock
            let outcome = try await StopOnSignals.run {
                try await history.apply(clock: SystemWallClock(), whenDue: false, confirmsClock: confirmsClock)
            }
            guard case .applied(let result) = outcome else {
                guard case .busy(let holder) = outcome else { return }
                throw CommandFailure.busy(
                    "another process is at it\(holder.map { ": " + PrintableText.of($0) } ?? ""); try again later")
            }
            let freed = compact ? try history.compact() : nil
            try show(result, freed)
            if !result.problems.isEmpty { throw CommandFailure(message: "not all could be done", status: 1) }
        }

        /// A daemon that cannot record anything for ten seconds ends.
        private func refuseBesideDaemons(_ instance: Instance) throws {
            let settings = instance.runnerSettings()
            let locks = settings.stateFolder.appending("locks")
            let daemons = try RunStore.open(settings).daemons().filter {
                DaemonPresence.isAlive($0.presence, in: locks)
            }
            guard let daemon = daemons.first else { return }
            throw CommandFailure.busy(
                "a daemon runs (process \(daemon.pid)) and could not record anything meanwhile: stop it, then compact")
        }

        private func confirm(_ status: HistoryStatus, _ words: HistoryWords) throws {
            guard status.removedRuns + status.removedFirings + status.excessBytes > 0, !yes else { return }
            if !json { words.showRemovals() }
            guard let answer = Confirmation.ask("Remove it?") else {
                throw CommandFailure.usage("nothing was removed: add --yes where nobody can be asked")
            }
            guard answer else { throw CommandFailure(message: "nothing was removed", status: 1) }
        }

        private func show(_ result: HistoryResult, _ freed: Int?) throws {
            if json { return try JSONOutput.print(HistoryResultShape(result)) }
            let runs = result.removedRunCount
            Terminal.say(
                "Removed \(HistoryWords.count(runs, "run")) with \(HistoryWords.bytes(result.removedBytes)) of reports"
                    + " and \(HistoryWords.count(result.removedFirings, "row")) of the ledger.")
            if result.adoptedRuns > 0 {
                Terminal.say(
                    "Entered \(HistoryWords.count(result.adoptedRuns, "run")) of which only the report was left.")
            }
            if let freed {
                Terminal.say("Gave \(HistoryWords.bytes(freed)) back to the disk.")
            } else if result.freeBytes > 8 << 20, result.freeBytes > result.stateBytes / 4 {
                Terminal.say(
                    "The state database has \(HistoryWords.bytes(result.freeBytes)) of free pages, which new rows use"
                        + " first; --compact gives them back to the disk.")
            }
            for problem in result.problems { Terminal.say("ronde: \(problem)") }
        }
    }
}
