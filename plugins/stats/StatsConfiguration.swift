import Maintenance

/// The parameters of ``StatsPlugin`` as a checklist gives them; `plugin.yaml` describes each and has their defaults.
package struct StatsConfiguration: Decodable, Sendable {
    /// One item of `fields`.
    struct FieldEntry: Decodable, Sendable {
        var field: String
        var name: String
        var title: String?
        var unit: String?
        var warning: JSONValue?
        var critical: JSONValue?
        var threshold: String?
        var capacity: Double?
    }

    var path: String
    var fields: [FieldEntry]
    var reachedWithin: TimeSpan
    var timeLimitEach: TimeSpan?
    var retries: Int?
    var certificateAuthority: String?

    private enum CodingKeys: String, CodingKey {
        case path, fields, retries
        case reachedWithin = "reached_within"
        case timeLimitEach = "time_limit_each"
        case certificateAuthority = "ca_file"
    }
}
