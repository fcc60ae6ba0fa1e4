import Maintenance

/// The parameters of ``HealthPlugin`` as a checklist gives them; `plugin.yaml` describes each.
package struct HealthConfiguration: Decodable, Sendable {
    /// One item of `endpoints`.
    struct EndpointEntry: Decodable, Sendable {
        var path: String
        var name: String?
        var method: String?
        var status: JSONValue?
        var json: [String: JSONValue]?
        var contains: String?
        var warning: TimeSpan?
        var critical: TimeSpan?
        var headers: [String: JSONValue]?
        var measure: [MeasureEntry]?
    }

    /// One item of `measure`.
    struct MeasureEntry: Decodable, Sendable {
        var name: String
        var field: String
        var unit: String?
        var warning: JSONValue?
        var critical: JSONValue?
        var threshold: String?
    }

    var endpoints: [EndpointEntry]?
    var timeLimitEach: TimeSpan?
    var retries: Int?
    var retryDelay: TimeSpan?
    var concurrency: Int?
    var certificateAuthority: String?

    private enum CodingKeys: String, CodingKey {
        case endpoints
        case timeLimitEach = "time_limit_each"
        case retries
        case retryDelay = "retry_delay"
        case concurrency
        case certificateAuthority = "ca_file"
    }
}
