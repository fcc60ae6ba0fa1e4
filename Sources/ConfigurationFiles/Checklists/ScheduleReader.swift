import Cron
import Foundation
import Maintenance
import YAMLDocument

/// Reads `schedule:`, a mapping or just a cron expression.
struct ScheduleReader {
    /// The zone of a schedule that names none.
    let timeZone: TimeZone
    /// The instant after which a schedule must still fire.
    let now: Date

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
        guard let cron, let zone else { return nil }
        return ScheduleDefinition(
            cron: cron, timeZone: zone, missed: missed ?? MissedPolicy(), overlap: overlap ?? .skip,
            jitter: jitter ?? TimeSpan(.zero))
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
