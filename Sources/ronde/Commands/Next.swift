import ArgumentParser
import ConfigurationFiles
import Cron
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import Runner
import Scheduler
import SystemPackage

extension Ronde {
    struct Next: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "next", abstract: "Show what is due next.",
            discussion: "Example: ronde next --count 3 --from 2026-10-20T00:00:00+02:00")

        @Option(help: "How many firings of all checklists together.")
        var count = 10

        @Option(help: ArgumentHelp("Firings after this instant; now by default.", valueName: "ISO"))
        var from: String?

        @Option(help: ArgumentHelp("Firings before this instant.", valueName: "ISO"))
        var until: String?

        @Flag(help: "Print JSON: {\"firings\": [{checklist, nominal_time, clock_change, paused, blackout, runs_at}]}.")
        var json = false

        @OptionGroup var instance: InstanceOptions

        func validate() throws {
            guard (1...10_000).contains(count) else { throw ValidationError("--count takes 1 to 10000.") }
            for text in [from, until].compactMap({ $0 }) { _ = try InstantOption.parse(text) }
        }

        func run() throws {
            let instance = try instance.instance()
            let start = try from.map(InstantOption.parse) ?? Date()
            let end = try until.map(InstantOption.parse) ?? .distantFuture
            let pauses = pauses(of: instance)
            let rows = instance.checklists.flatMap { firings(of: $0, after: start, before: end, pauses) }
                .sorted { ($0.firing.instant, $0.checklist.name) < ($1.firing.instant, $1.checklist.name) }
                .prefix(count)
            try json ? printJSON(Array(rows)) : printTable(Array(rows), from: start)
        }

        /// What is paused; nothing where no run was ever recorded.
        private func pauses(of instance: Instance) -> [PauseRecord] {
            let settings = instance.runnerSettings()
            guard FileManager.default.fileExists(atPath: settings.storePath.string) else { return [] }
            do {
                return try RunStore(at: settings.storePath).pauses()
            } catch {
                // What is due can be told without them, also to who may not write to the state folder.
                Terminal.say("ronde: what is paused is not shown: \(error)")
                return []
            }
        }

        /// At most ``count``; the firings of a schedule have no end.
        private func firings(
            of checklist: Checklist, after start: Date, before end: Date, _ pauses: [PauseRecord]
        ) -> [NextFiring] {
            guard let schedule = checklist.schedule, let plan = FiringPlan(checklist, host: Machine.hostName) else {
                return []
            }
            var found: [NextFiring] = []
            for firing in CronSchedule(schedule.cron, timeZone: schedule.timeZone).firings(after: start) {
                guard found.count < count, firing.instant < end else { break }
                let pause = pauses.last { $0.checklist == checklist.name && $0.covers(firing.instant) }
                found.append(
                    NextFiring(
                        checklist: checklist, schedule: schedule, firing: firing, pause: pause,
                        planned: plan.planned(firing.instant)))
            }
            return found
        }

        private func printJSON(_ rows: [NextFiring]) throws {
            struct Shape: Encodable {
                struct Row: Encodable {
                    let checklist, nominal_time: String
                    let clock_change: String?
                    @OrNull var paused: String?
                    @OrNull var blackout: String?
                    @OrNull var runs_at: String?
                }
                let firings: [Row]
            }
            try JSONOutput.print(
                Shape(
                    firings: rows.map {
                        .init(
                            checklist: $0.checklist.name, nominal_time: $0.firing.description,
                            clock_change: ClockChangeWords.text($0.firing), paused: $0.pause?.reason,
                            blackout: $0.planned.blackout?.label, runs_at: $0.runsAt.map($0.text))
                    }))
        }

        private func printTable(_ rows: [NextFiring], from start: Date) {
            guard !rows.isEmpty else {
                Terminal.say("Nothing is due" + (until.map { " before \($0)" } ?? "") + ".")
                return
            }
            var table = TextTable(columns: [
                .init("Due"), .init("In", .right), .init("Checklist"), .init("Zone"), .init("Note", minimum: 10),
            ])
            for row in rows {
                table.add([
                    ClockChangeWords.weekday(row.firing) + " " + row.firing.reading.description,
                    HumanText.duration(row.firing.instant.timeIntervalSince(start)), row.checklist.name,
                    row.schedule.timeZone.identifier, row.note,
                ])
            }
            Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
        }
    }

    private struct NextFiring {
        let checklist: Checklist
        let schedule: ScheduleDefinition
        let firing: Cron.Firing
        /// Within which it is skipped.
        let pause: PauseRecord?
        let planned: PlannedFiring

        /// Nil where it is not run.
        var runsAt: Date? { pause == nil && !planned.isSkipped ? planned.due : nil }

        var note: String {
            [pause.map { "paused: \($0.reason)" }, blackout, ClockChangeWords.text(firing)].compactMap(\.self)
                .joined(separator: "; ")
        }

        private var blackout: String? {
            planned.blackout.map { blackout in
                let fate = planned.isSkipped ? "skipped" : "run at \(text(planned.due))"
                return "\(fate): blackout, \(blackout.label)"
            }
        }

        func text(_ instant: Date) -> String { InstantText.format(instant, in: schedule.timeZone) }
    }
}
