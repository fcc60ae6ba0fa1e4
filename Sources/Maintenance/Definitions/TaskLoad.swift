/// How much of the machine a task may claim while others want it.
package struct TaskLoad: Hashable, Sendable {
    /// Classes of the disk scheduler, as `ionice` names them.
    package enum DiskClass: String, Hashable, Sendable, CaseIterable {
        /// Only when nobody else uses the disk.
        case idle
        /// After others of the usual class.
        case low
    }

    package static let niceness = 0...19

    /// Added to the niceness of the plugin and of its session, in ``niceness``.
    package var nice: Int
    package var disk: DiskClass?

    package init(nice: Int = 0, disk: DiskClass? = nil) {
        self.nice = nice
        self.disk = disk
    }

    package static let usual = TaskLoad()

    /// The program and arguments that stand before a program so that it uses the disk like this; the supervisor sees to
    /// ``nice``.
    package var diskPrefix: [String] {
        switch disk {
        case .idle: ["/usr/bin/ionice", "-c", "3", "-t"]
        case .low: ["/usr/bin/ionice", "-c", "2", "-n", "7", "-t"]
        case nil: []
        }
    }
}
