/// What is maintained: where it answers, where its data lie, and what is too much.
///
/// On the wire and in `ronde.yaml` the names are in snake case; paths are absolute once the configuration is read.
package struct Service: Hashable, Sendable, Codable {
    /// The key below `services:`.
    package var name: String
    package var title: String
    /// Base URL without a trailing slash.
    package var url: String?
    /// Databases by name; `main` is the one meant where a task names none.
    package var databases: [String: DatabaseLocation]
    package var backups: BackupSettings?
    /// How it is stopped and started; nil where a person does that.
    package var control: ServiceControl?
    /// The path that tells whether the service is well, as in `/api/health`; nil for `/`.
    package var health: String?
    /// How long it may take to be well after a start; nil for the usual minute.
    package var healthLimit: TimeSpan?
    package var thresholds: Thresholds
    /// The IANA zone in which days, weeks and months of this service begin.
    package var timezone: String

    package init(
        name: String, title: String, url: String? = nil, databases: [String: DatabaseLocation] = [:],
        backups: BackupSettings? = nil, control: ServiceControl? = nil, health: String? = nil,
        healthLimit: TimeSpan? = nil, thresholds: Thresholds = Thresholds(), timezone: String = "UTC"
    ) {
        self.name = name
        self.title = title
        self.url = url
        self.databases = databases
        self.backups = backups
        self.control = control
        self.health = health
        self.healthLimit = healthLimit
        self.thresholds = thresholds
        self.timezone = timezone
    }

    package enum CodingKeys: String, CodingKey {
        case name, title, url, databases, backups, control, health, thresholds, timezone
        case healthLimit = "health_limit"
    }

    /// The name of the database that a task means: the one it names, else the only one, else `main`.
    package func databaseName(for requested: String?) -> String? {
        if let requested { return databases[requested] == nil ? nil : requested }
        if databases.count == 1 { return databases.keys.first }
        return databases["main"] == nil ? nil : "main"
    }
}

/// Where a database of a service lies.
package struct DatabaseLocation: Hashable, Sendable, Codable {
    /// Absolute path of the SQLite file.
    package var sqlite: String

    package init(sqlite: String) { self.sqlite = sqlite }
}

/// What is too much for a service; a task that measures such a thing warns above it.
package struct Thresholds: Hashable, Sendable, Codable {
    package var responseTime: TimeSpan?
    package var users: Int?
    package var databaseSize: ByteSize?
    package var cpu: Percentage?
    package var memory: ByteSize?

    package init(
        responseTime: TimeSpan? = nil, users: Int? = nil, databaseSize: ByteSize? = nil,
        cpu: Percentage? = nil, memory: ByteSize? = nil
    ) {
        self.responseTime = responseTime
        self.users = users
        self.databaseSize = databaseSize
        self.cpu = cpu
        self.memory = memory
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case responseTime = "response_time"
        case users
        case databaseSize = "database_size"
        case cpu
        case memory
    }
}
