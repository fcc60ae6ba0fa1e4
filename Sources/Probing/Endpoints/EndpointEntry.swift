package import Maintenance

/// One endpoint as a checklist describes it; each plugin's manifest says which of these keys it takes.
package struct EndpointEntry: Decodable, Sendable {
    package var path: String
    package var name: String?
    package var method: String?
    package var status: JSONValue?
    package var json: [String: JSONValue]?
    package var contains: String?
    /// What a JSON answer looks like, where it is an object; see ``JSONShape``.
    package var shape: [String: JSONValue]?
    /// What each item of a JSON answer looks like, where it is a list of objects.
    package var items: [String: JSONValue]?
    /// What is sent, as JSON.
    package var body: [String: JSONValue]?
    /// What is sent, as it is.
    package var bodyText: String?
    package var warning: TimeSpan?
    package var critical: TimeSpan?
    package var headers: [String: JSONValue]?
    package var measure: [MeasureEntry]?

    /// A GET of a path.
    package init(path: String, json: [String: JSONValue]? = nil, measure: [MeasureEntry]? = nil) {
        self.path = path
        self.json = json
        self.measure = measure
    }

    /// The page on which services say that they are well, in the words that they commonly use for it.
    package static func health(at path: String = "/api/health") -> EndpointEntry {
        let words = ["healthy", "ok", "up", "pass"]
        return EndpointEntry(path: path, json: ["status": .object(["one_of": .array(words.map(JSONValue.string))])])
    }

    private enum CodingKeys: String, CodingKey {
        case path, name, method, status, json, contains, shape, items, body, warning, critical, headers, measure
        case bodyText = "body_text"
    }
}

/// One number of a JSON answer that is to be measured, as a checklist describes it.
package struct MeasureEntry: Decodable, Sendable {
    package var name: String
    package var field: String
    package var unit: String?
    package var warning: JSONValue?
    package var critical: JSONValue?
    package var threshold: String?

    package init(
        name: String, field: String, unit: String? = nil, warning: JSONValue? = nil, critical: JSONValue? = nil,
        threshold: String? = nil
    ) {
        self.name = name
        self.field = field
        self.unit = unit
        self.warning = warning
        self.critical = critical
        self.threshold = threshold
    }
}
