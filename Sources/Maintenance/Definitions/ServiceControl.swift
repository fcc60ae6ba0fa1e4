/// How a service is stopped and started.
package enum ServiceControl: Hashable, Sendable, Codable {
    /// By `systemctl`, as in `api.service`.
    case systemd(unit: String)
    /// By programs with their arguments; those that are no absolute paths are looked up in `PATH`.
    case commands(ControlCommands)
}

/// The programs that stop and start a service; each is a path or a name, and its arguments.
package struct ControlCommands: Hashable, Sendable, Codable {
    package var start: [String]
    package var stop: [String]
    /// Exits 0 while the service runs; nil where nobody can tell.
    package var status: [String]?
    /// The absolute path of the folder in which they run; nil for `/`.
    package var folder: String?

    package init(start: [String], stop: [String], status: [String]? = nil, folder: String? = nil) {
        self.folder = folder
        self.start = start
        self.stop = stop
        self.status = status
    }
}
