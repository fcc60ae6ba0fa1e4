package import Foundation

/// What a daemon says of itself, to other commands and to people.
package struct DaemonRecord: Hashable, Sendable, Codable {
    /// The name by which it claims firings.
    package var presence: String
    package var pid: Int32
    package var version: String
    package var host: String
    package var startedAt: Date
    /// The `ronde.yaml` it goes by.
    package var file: String
    /// How many schedules it watches.
    package var schedules: Int
    /// Since when it goes by the configuration that it has.
    package var configuredAt: Date
    /// What is wrong with the configuration as it is now on disk; nil where nothing is.
    package var fault: ConfigurationFault?

    package init(
        presence: String, pid: Int32, version: String, host: String, startedAt: Date, file: String, schedules: Int,
        configuredAt: Date, fault: ConfigurationFault? = nil
    ) {
        self.presence = presence
        self.pid = pid
        self.version = version
        self.host = host
        self.startedAt = startedAt
        self.file = file
        self.schedules = schedules
        self.configuredAt = configuredAt
        self.fault = fault
    }

    package enum CodingKeys: String, CodingKey {
        case presence, pid, version, host
        case startedAt = "started_at"
        case file, schedules
        case configuredAt = "configured_at"
        case fault
    }
}

/// A configuration on disk that a daemon does not go by.
package struct ConfigurationFault: Hashable, Sendable, Codable {
    package var since: Date
    /// Each as `file:line:column: error: …`, the first of them.
    package var mistakes: [String]
    /// How many there are in all.
    package var count: Int

    package init(since: Date, mistakes: [String], count: Int) {
        self.since = since
        self.mistakes = mistakes
        self.count = count
    }
}
