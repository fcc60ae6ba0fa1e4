import Maintenance

/// The parameters of ``MonitorPlugin`` as a checklist gives them; `plugin.yaml` describes each and has their defaults.
package struct MonitorConfiguration: Decodable, Sendable {
    var logFile: String?
    var rotateAt: ByteSize
    var keep: Int
    var healthPath: String?
    var statsPath: String
    var usersField: String
    var sizeField: String
    var timeLimitEach: TimeSpan
    var certificateAuthority: String?

    private enum CodingKeys: String, CodingKey {
        case keep
        case logFile = "log_file"
        case rotateAt = "rotate_at"
        case healthPath = "health_path"
        case statsPath = "stats_path"
        case usersField = "users_field"
        case sizeField = "size_field"
        case timeLimitEach = "time_limit_each"
        case certificateAuthority = "ca_file"
    }
}
