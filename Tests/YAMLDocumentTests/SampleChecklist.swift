@testable import YAMLDocument

/// A reading that uses every method, shaped like a real one.
struct SampleChecklist: Equatable {
    enum Overlap: String, CaseIterable { case skip, wait, replace }

    struct Task: Equatable {
        var name: String
        var needs: [String]
        var attempts: Int
    }

    var title: String
    var cron: String?
    var overlap: Overlap
    var limit: Int
    var backoff: Double
    var enabled: Bool
    var tasks: [Task]
    var services: [String: String]

    /// Stands for a type that knows nothing of YAML.
    struct Minutes {
        struct Wrong: Error, CustomStringConvertible {
            let description: String
        }
        let count: Int
        init(parsing text: String) throws {
            guard text.hasSuffix("m"), let count = Int(text.dropLast()) else {
                throw Wrong(description: "write minutes such as 15m")
            }
            self.count = count
        }
    }

    /// Stands for a parser that knows the place inside its text: no character but digits, `*` and blanks.
    static func cron(_ text: String) throws -> String {
        for (offset, scalar) in text.unicodeScalars.enumerated() where !"0123456789* ".unicodeScalars.contains(scalar) {
            throw ValueFault("'\(scalar)' cannot be in a cron expression", offset: offset, suggestion: "*")
        }
        return text
    }

    static func read(_ root: ValueReader) -> SampleChecklist? {
        root.mapping { map in
            let title = map.required("title")?.text()
            let cron = map.optional("cron")?.value(cron)
            let overlap = map.optional("overlap")?.choice(Overlap.self)
            let limit = map.optional("time_limit")?.value { try Minutes(parsing: $0).count }
            let backoff = map.optional("backoff")?.number(in: 1...10)
            let enabled = map.optional("enabled")?.boolean()
            let tasks = map.required("tasks")?.list(count: 1...3) { $0.mapping(task) }
            let services = map.optional("services")?.entries { key, value -> String? in
                if key.text()?.contains(" ") == true { key.mistake("a name has no blanks", offset: 1) }
                return value.choice(of: ["local", "remote"])
            }
            if cron != nil, map.has("overlap"), limit == nil {
                map.whole.mistake("'cron' with 'overlap' needs 'time_limit'")
            }
            guard let title, let tasks else { return nil }
            return SampleChecklist(
                title: title, cron: cron, overlap: overlap ?? .skip, limit: limit ?? 15, backoff: backoff ?? 2,
                enabled: enabled ?? true, tasks: tasks,
                services: Dictionary(uniqueKeysWithValues: (services ?? []).map { ($0.name, $0.value) }))
        }
    }

    private static func task(_ map: MappingReader) -> Task? {
        map.ignore("with")
        let name = map.required("task")?.text()
        let needs = map.optional("needs")?.list { $0.text() } ?? []
        let attempts = map.optional("attempts")?.integer(in: 1...9) ?? 1
        return name.map { Task(name: $0, needs: needs, attempts: attempts) }
    }
}
