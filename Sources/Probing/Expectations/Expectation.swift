import Maintenance
import PluginKit

/// What an answer must be to be well.
struct Expectation: Sendable {
    let statuses: AllowedStatuses
    /// By path, in the order of the paths.
    let fields: [(path: String, rule: FieldRule)]
    let contains: String?
    let shape: JSONShape?

    init(_ entry: EndpointEntry) throws(Mistake) {
        statuses = try located("status") { () throws(Mistake) in try entry.status.map(AllowedStatuses.init) ?? .ok }
        var fields: [(path: String, rule: FieldRule)] = []
        for (path, expected) in (entry.json ?? [:]).sorted(by: { $0.key < $1.key }) {
            let rule = try located("json: \(path)") { () throws(Mistake) in try FieldRule(expected) }
            fields.append((path, rule))
        }
        self.fields = fields
        contains = entry.contains
        if entry.shape != nil, entry.items != nil {
            throw Mistake("stands beside 'shape'; an answer is an object or a list, remove one of them", at: "items")
        }
        shape =
            if let members = entry.shape {
                try located("shape") { () throws(Mistake) in try JSONShape(.object(members)) }
            } else if let members = entry.items {
                try located("items") { () throws(Mistake) in try JSONShape(.array([.object(members)])) }
            } else { nil }
    }

    var needsBody: Bool { !fields.isEmpty || contains != nil || shape != nil }

    /// What it wants, in a few words.
    var words: String {
        var parts = ["status \(statuses)"]
        if !fields.isEmpty { parts.append("JSON \(fields.map(\.path).joined(separator: ", "))") }
        if let shape { parts.append("JSON like \(Excerpt.of(shape.description, limit: 160))") }
        if let contains { parts.append("the text \"\(Excerpt.of(contains, limit: 80))\"") }
        return parts.joined(separator: ", ")
    }
}
