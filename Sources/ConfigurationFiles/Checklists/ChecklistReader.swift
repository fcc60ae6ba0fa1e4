import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads a file of `schedules/`: a checklist and its schedule.
struct ChecklistReader {
    let file: FilePath
    /// Nil where there is no instance to check service names against.
    let services: Known<KnownService>?
    let plugins: Known<PluginManifest>
    /// The zone of a schedule that names none.
    let timeZone: TimeZone
    /// The instant after which a schedule must still fire.
    let now: Date
    /// Whether the file lies among the procedures, which have no schedule.
    var isProcedure = false

    static let defaultTimeLimit = TimeSpan(.seconds(3600))
    static let keys: Set = ["checklist", "title", "service", "schedule", "time_limit", "tasks"]

    /// What a file came to.
    struct Reading {
        /// Where its name stands; nil where it has no good name.
        var name: (text: String, reader: ValueReader)?
        /// Nil where a mistake was recorded.
        var checklist: Checklist?
    }

    func read(_ map: MappingReader) -> Reading {
        let nameReader = map.required("checklist")
        let name = nameReader?.name(of: "checklist")
        let title = map.optional("title")?.title()
        let service = readService(map)
        let limit = timeLimit(map)
        let scheduleReader = map.optional("schedule")
        let schedule = scheduleReader.flatMap(
            ScheduleReader(
                timeZone: timeZone, now: now, file: file, timeLimit: limit?.span ?? Self.defaultTimeLimit
            ).read)
        if isProcedure, let scheduleReader {
            scheduleReader.mistake(
                "a procedure is run by hand; remove the schedule, or move the file to the folder above")
        }
        let reader = TaskReader(service: service, plugins: plugins, longest: limit)
        let tasks = map.required("tasks")?.list(count: 1...200) { item in item.mapping(reader.read) ?? ReadTask() }
        if let tasks { TaskNames(tasks).check() }
        var reading = Reading()
        if let name, let nameReader { reading.name = (name, nameReader) }
        let definitions = (tasks ?? []).compactMap(\.definition)
        if let name, let service = service?.service, let tasks, definitions.count == tasks.count {
            reading.checklist = Checklist(
                name: name, title: title ?? name, service: service, schedule: schedule,
                timeLimit: limit?.span ?? Self.defaultTimeLimit, tasks: definitions, file: file.string)
        }
        return reading
    }

    private func readService(_ map: MappingReader) -> KnownService? {
        guard let reader = map.required("service") else { return nil }
        if let services { return services.value(namedBy: reader) }
        return reader.name(of: "service").map { name in
            KnownService(service: Service(name: name, title: name), doubts: Set(ServiceFact.allCases))
        }
    }

    /// Nil where the limit that is given is faulty.
    private func timeLimit(_ map: MappingReader) -> TaskReader.Longest? {
        let reader = map.optional("time_limit")
        guard map.isGiven("time_limit") else {
            return TaskReader.Longest(span: Self.defaultTimeLimit, isDefault: true)
        }
        return reader?.positiveTimeSpan().map { TaskReader.Longest(span: $0, isDefault: false) }
    }
}
