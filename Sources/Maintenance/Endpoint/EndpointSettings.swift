/// Where the daemon answers HTTP: health, metrics and pings.
package struct EndpointSettings: Hashable, Sendable {
    /// An address or name of this machine.
    package var host: String
    /// From 1 to 65535; 0 takes a free one.
    package var port: Int

    /// Takes the settings as they are.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// As it stands in a URL: `127.0.0.1:7353`, `[::1]:7353`.
    package var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A file of metrics for node_exporter.
package struct MetricsTextfileSettings: Hashable, Sendable {
    /// Absolute; its name ends with `.prom`.
    package var path: String
    /// How often it is written.
    package var every: TimeSpan

    /// How often it is written where nothing is said: node_exporter is asked once or twice a minute.
    package static let usualInterval = TimeSpan(.seconds(60))

    /// Takes the settings as they are.
    package init(path: String, every: TimeSpan = usualInterval) {
        self.path = path
        self.every = every
    }
}
