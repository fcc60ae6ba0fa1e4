import Maintenance
import Probing

/// The parameters of ``EndpointsPlugin`` as a checklist gives them; `plugin.yaml` describes each and has their defaults.
package struct EndpointsConfiguration: Decodable, Sendable {
    /// The members of `round_trip`.
    struct RoundTripEntry: Decodable, Sendable {
        var create: String?
        var body: [String: JSONValue]?
        var created: JSONValue
        var id: String
        var record: String?
        var compare: [String: JSONValue]?
        var find: String?
        var found: String?
        var deleted: JSONValue
        var gone: JSONValue
        var headers: [String: JSONValue]?
    }

    var endpoints: [EndpointEntry]
    var roundTrip: RoundTripEntry?
    var limit: TimeSpan?
    var timeLimitEach: TimeSpan
    var retries: Int
    var concurrency: Int
    var certificateAuthority: String?

    private enum CodingKeys: String, CodingKey {
        case endpoints, limit, retries, concurrency
        case roundTrip = "round_trip"
        case timeLimitEach = "time_limit_each"
        case certificateAuthority = "ca_file"
    }
}
