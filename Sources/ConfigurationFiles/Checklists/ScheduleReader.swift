import Cron
import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `schedule:`, a mapping or just a cron expression.
struct ScheduleReader {
    /// The zone of a schedule that names none.
    let timeZone: TimeZone
    /// The instant after which a schedule must still fire.
    let now: Date
    /// The file that is read, absolute: names of calendars start at its folder.
    ///
    /// Nil for the file as messages call it.
    var file: FilePath?
    /// The longest that a run of the checklist takes.
    var timeLimit = ChecklistReader.defaultTimeLimit

    func read(_ reader: ValueReader) -> ScheduleDefinition? {
        if case .scalar = reader.node.kind {
            return cron(reader, in: timeZone).map { ScheduleDefinition(cron: $0, timeZone: timeZone) }
        }
        return reader.mapping(read)
    }

    private func read(_ map: MappingReader) -> ScheduleDefinition? {
        let cronReader = map.required("cron")
        let zone = map.optional("timezone").map { $0.timeZone() } ?? (map.isGiven("timezone") ? nil : timeZone)
        let cron = cronReader.flatMap { self.cron($0, in: zone) }
        let missed = map.optional("missed")?.mapping(readMissed)
        let overlap = map.optional("overlap")?.choice(OverlapPolicy.self)
        let jitter = map.optional("jitter")?.value(TimeSpan.init(parsing:))
        let notDuring = self.notDuring(map)
        guard let cron, let zone else { return nil }
        if let notDuring { check(notDuring, CronSchedule(cron, timeZone: zone), cronReader) }
        return ScheduleDefinition(
            cron: cron, timeZone: zone, missed: missed ?? MissedPolicy(), overlap: overlap ?? .skip,
            jitter: jitter ?? TimeSpan(.zero), notDuring: notDuring)
    }

    private func notDuring(_ map: MappingReader) -> BlackoutPolicy? {
        guard let reader = map.optional("not_during") else { return nil }
        let file = file ?? FilePath(reader.node.position.file)
        return reader.mapping(BlackoutReader(folder: file.removingLastComponent()).read)
    }

    /// Refuses windows that leave no firing to be run.
    private func check(_ policy: BlackoutPolicy, _ schedule: CronSchedule, _ reader: ValueReader?) {
        guard schedule.next(after: now) != nil,
            !policy.leavesRuns(of: schedule, after: now, leadTime: timeLimit.seconds)
        else { return }
        let expression = "'\(schedule.expression)'"
        switch policy.then {
        case .skip:
            reader?.mistake(
                "\(expression) is never outside of 'not_during'; choose another hour, shorten the windows, "
                    + "or have it run 'then: after'")
        case .before:
            reader?.mistake(
                "\(expression) is never outside of 'not_during', nor is there room for a time limit of \(timeLimit) "
                    + "before; choose another hour, or shorten the windows")
        case .after:
            reader?.mistake(
                "\(expression) is never outside of 'not_during', and no window ends within 400 days; shorten them")
        }
    }

    private func readMissed(_ map: MappingReader) -> MissedPolicy? {
        let run = map.optional("run")?.choice(MissedPolicy.Choice.self)
        let within = map.optional("within")?.value(TimeSpan.init(parsing:))
        let atMost = map.optional("at_most")?.integer(in: 1...10_000)
        let standard = MissedPolicy()
        return MissedPolicy(
            run: run ?? standard.run, within: within ?? standard.within, atMost: atMost ?? standard.atMost)
    }

    /// A cron expression, whose mistake is pointed at inside the text.
    ///
    /// A zone that could not be read is nil; then only the text is checked.
    private func cron(_ reader: ValueReader, in zone: TimeZone?) -> CronExpression? {
        let expression = reader.value { text in
            do throws(CronSyntaxError) {
                return try CronExpression(parsing: text)
            } catch {
                throw ValueFault(error.description, offset: error.offset)
            }
        }
        if let expression, let zone, CronSchedule(expression, timeZone: zone).next(after: now) == nil {
            reader.mistake(
                "'\(expression)' never fires in \(zone.identifier): "
                    + "the clocks there skip every hour it names; choose another hour or time zone")
        }
        return expression
    }
}
