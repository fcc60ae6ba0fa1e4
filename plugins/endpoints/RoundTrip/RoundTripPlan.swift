import Maintenance
import Networking
import Probing

/// A record that is to be made, read and deleted, from a checklist's words.
struct RoundTripPlan: Sendable {
    static let uniqueMark = "{unique}"
    static let idMark = "{id}"

    let create: String
    let created: AllowedStatuses
    /// Where the answer to the POST has the id.
    let idField: String
    let paths: RecordPaths
    let deleted: AllowedStatuses
    let gone: AllowedStatuses
    let headers: HTTPHeaders
    private let body: [String: JSONValue]
    private let compare: [String: JSONValue]

    init(_ entry: EndpointsConfiguration.RoundTripEntry) throws(Mistake) {
        let isUsual = entry.create == nil
        create = entry.create ?? "/api/users"
        guard let body = entry.body ?? (isUsual ? Self.usualBody : nil) else {
            throw Mistake("is missing: what is to be sent to \(create)?", at: "body")
        }
        self.body = body
        guard Self.holdsMark(.object(body)) else {
            throw Mistake(
                "holds no \(Self.uniqueMark), without which nobody could tell the record from others", at: "body")
        }
        (idField, paths) = (entry.id, try RecordPaths(entry, create: create))
        created = try located("created") { () throws(Mistake) in try AllowedStatuses(entry.created) }
        deleted = try located("deleted") { () throws(Mistake) in try AllowedStatuses(entry.deleted) }
        gone = try located("gone") { () throws(Mistake) in try AllowedStatuses(entry.gone) }
        headers = try located("headers") { () throws(Mistake) in
            try RequestBody.headers(entry.headers ?? [:], isJSON: false)
        }
        compare = entry.compare ?? body.filter { $0.value.isScalar }
        // What is wrong with them is to be heard before a record is made.
        _ = try rules(unique: "")
        _ = try request(unique: "")
    }

    private static let usualBody: [String: JSONValue] = [
        "name": .string("Ronde \(uniqueMark)"), "email": .string("ronde-\(uniqueMark)@example.org"),
    ]

    /// The bytes of the record.
    func request(unique: String) throws(Mistake) -> [UInt8] {
        try located("body") { () throws(Mistake) in
            try RequestBody.json(body.mapValues { Self.filled($0, with: unique) })
        }
    }

    /// What the record must be when it is read, by field.
    func rules(unique: String) throws(Mistake) -> [(path: String, rule: FieldRule)] {
        var rules: [(path: String, rule: FieldRule)] = []
        for (path, value) in compare.sorted(by: { $0.key < $1.key }) {
            let rule = try located("compare: \(path)") { () throws(Mistake) in
                try FieldRule(Self.filled(value, with: unique))
            }
            rules.append((path, rule))
        }
        return rules
    }

    /// What would be done, a line for each step.
    var words: [String] {
        let fields = compare.keys.sorted().joined(separator: ", ")
        return [
            "would POST \(create) with \(body.keys.sorted().joined(separator: ", ")), and want status \(created)",
            "would GET \(paths.record), and compare \(fields.isEmpty ? "nothing" : fields)",
            "would DELETE \(paths.record), want status \(deleted), and GET it again for status \(gone)",
        ]
    }

    private static func holdsMark(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.contains(uniqueMark)
        case .array(let items): items.contains(where: holdsMark)
        case .object(let members): members.values.contains(where: holdsMark)
        default: false
        }
    }

    private static func filled(_ value: JSONValue, with unique: String) -> JSONValue {
        switch value {
        case .string(let text): .string(text.replacing(uniqueMark, with: unique))
        case .array(let items): .array(items.map { filled($0, with: unique) })
        case .object(let members): .object(members.mapValues { filled($0, with: unique) })
        default: value
        }
    }
}
