import ArgumentParser
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore

extension Ronde {
    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pause", abstract: "Skip the firings of a checklist for a while.",
            discussion: """
                Examples: ronde pause weekly --reason "moving to the new disk" --for 2d
                          ronde pause daily --reason "the service is off" --until 2027-01-04
                Each firing meanwhile is skipped with this reason in the ledger. What runs
                already runs on, and 'ronde run' works as ever. It ends by itself, or with
                'ronde resume'.
                """)

        @Argument(help: "The name of the checklist.") var checklist: String
        @Option(help: "Why; it stands in the ledger.") var reason: String
        @Option(name: .customLong("for"), help: ArgumentHelp("How long, as in 90m or 2d.", valueName: "time"))
        var length: String?
        @Option(help: ArgumentHelp("Until when: an instant, or a date that is included.", valueName: "ISO"))
        var until: String?
        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            if length != nil, until != nil { throw ValidationError("Give --for or --until, not both.") }
            if PrintableText.of(reason).isEmpty { throw ValidationError("--reason needs words: others will read it.") }
            if let length {
                do { _ = try TimeSpan(parsing: length) } catch { throw ValidationError("--for: \(error).") }
            }
        }

        func run() throws {
            let option = instance.config.map { " --config \($0)" } ?? ""
            let instance = try instance.instance()
            let checklist = try instance.checklist(orFail: checklist)
            guard checklist.schedule != nil else {
                throw CommandFailure.usage("'\(checklist.name)' has no schedule that could be paused")
            }
            let now = Date()
            let end =
                try until.map { try InstantOption.parse($0, in: instance.timeZone) }
                ?? length.map { now.addingTimeInterval(try TimeSpan(parsing: $0).seconds) }
            if let end, end <= now { throw CommandFailure.usage("the end of the pause has passed already") }
            try RunStore.open(instance.runnerSettings()).pause(
                PauseRecord(
                    checklist: checklist.name, reason: String(PrintableText.of(reason).prefix(500)), since: now,
                    until: end))
            let words = end.map { "until \(InstantText.format($0, in: instance.timeZone))" } ?? "until it is resumed"
            Terminal.say("\(checklist.name) is paused \(words).")
            Terminal.say("Resume it with: ronde resume \(checklist.name)\(option)")
        }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume",
            abstract: "End the pause of a checklist.", discussion: "Example: ronde resume weekly")

        @Argument(help: "The name of the checklist.") var checklist: String
        @OptionGroup var instance: InstanceOptions

        func run() throws {
            let instance = try instance.instance()
            // Not asked for in the configuration: it may be gone from there, and its pause not.
            let wasPaused = try RunStore.open(instance.runnerSettings()).resume(checklist, at: Date())
            guard wasPaused else {
                _ = try instance.checklist(orFail: checklist)
                return Terminal.say("\(checklist) was not paused.")
            }
            Terminal.say("\(checklist) runs at its hours again; see them with: ronde next")
        }
    }
}
