import Maintenance
import YAMLDocument

/// A task, and what is checked once all tasks are known; a part that is missing was faulty.
struct ReadTask {
    var name: String?
    var nameReader: ValueReader?
    var needs: [(name: String, reader: ValueReader)] = []
    var definition: TaskDefinition?
}

/// Reads one item below `tasks:`.
struct TaskReader {
    /// The time limit of the whole run.
    struct Longest {
        let span: TimeSpan
        let isDefault: Bool
    }

    /// Nil where the checklist's service is unknown; that mistake is on record.
    let service: KnownService?
    let plugins: Known<PluginManifest>
    /// Nil where the checklist's limit is faulty.
    let longest: Longest?

    private static let keys: Set = [
        "task", "title", "plugin", "with", "needs", "time_limit", "retry", "nice", "ionice", "memory", "cpu_time",
        "locks",
    ]

    func read(_ map: MappingReader) -> ReadTask? {
        var task = ReadTask()
        task.nameReader = map.required("task")
        task.name = task.nameReader?.name(of: "task")
        let title = map.optional("title")?.title()
        let pluginReader = map.required("plugin")
        let manifest = pluginReader.flatMap(plugins.value(namedBy:))
        let withReader = map.optional("with")
        let isMistyped = map.isMistyped("with", known: Self.keys)
        let with =
            isMistyped ? nil : manifest.flatMap { ParameterChecker.check(withReader, of: map.whole, against: $0) }
        task.needs = readNeeds(map)
        let timeLimit = readTimeLimit(map)
        let retry = map.optional("retry")?.mapping(readRetry)
        let load = TaskLoad(
            nice: map.optional("nice")?.integer(in: TaskLoad.niceness) ?? manifest?.nice ?? 0,
            disk: map.optional("ionice")?.choice(TaskLoad.DiskClass.self))
        let limits = LimitsReader.read(map, over: manifest?.limits ?? .none)
        LimitsReader.refuse(map, of: manifest)
        let locks = map.optional("locks")?.entries { key, value -> LockMode? in
            key.name(of: "lock") == nil ? nil : value.choice(LockMode.self)
        }
        if let manifest, let pluginReader, let service {
            ServiceFacts(service: service, manifest: manifest, plugin: pluginReader, with: withReader, values: with)
                .refuseMissing()
        }
        guard let name = task.name, let manifest, let with else { return task }
        let longest = longest?.span ?? ChecklistReader.defaultTimeLimit
        task.definition = TaskDefinition(
            name: name, title: title ?? name, plugin: manifest.name, with: with, needs: task.needs.map(\.name),
            timeLimit: timeLimit ?? min(manifest.timeLimit, longest), retry: retry ?? .once, load: load, limits: limits,
            locks: Dictionary((locks ?? []).map { ($0.0, $0.1) }) { first, _ in first })
        return task
    }

    private func readNeeds(_ map: MappingReader) -> [(name: String, reader: ValueReader)] {
        var seen: Set<String> = []
        return map.optional("needs")?.list { reader in
            guard let name = reader.text() else { return nil }
            guard seen.insert(name).inserted else {
                reader.mistake("\(excerpt(name)) is named here twice; once will do")
                return nil
            }
            return (name, reader)
        } ?? []
    }

    private func readTimeLimit(_ map: MappingReader) -> TimeSpan? {
        guard let reader = map.optional("time_limit"), let limit = reader.positiveTimeSpan() else { return nil }
        if let longest, limit > longest.span {
            let whole = longest.isDefault ? "\(longest.span), as long as it has no 'time_limit'" : "\(longest.span)"
            reader.mistake("'time_limit' is \(limit), but the whole checklist may take only \(whole)")
        }
        return limit
    }

    private func readRetry(_ map: MappingReader) -> RetryPolicy? {
        let attempts = map.optional("attempts")?.integer(in: 1...100)
        let delay = map.optional("delay")?.value(TimeSpan.init(parsing:))
        let backoffReader = map.optional("backoff")
        let backoff = backoffReader?.number()
        if let backoff, !(1...100).contains(backoff) {
            backoffReader?.mistake("'backoff' is \(PlainNumber.text(backoff)), but must be from 1 to 100")
        }
        return RetryPolicy(attempts: attempts ?? 3, delay: delay ?? TimeSpan(.seconds(30)), backoff: backoff ?? 1)
    }
}
