import Maintenance
import Probing

/// The parameters of ``HealthPlugin`` as a checklist gives them; `plugin.yaml` describes each.
package struct HealthConfiguration: Decodable, Sendable {
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
