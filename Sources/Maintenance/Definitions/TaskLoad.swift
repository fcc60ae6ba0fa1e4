/// How much of the machine a task may claim while others want it.
package struct TaskLoad: Hashable, Sendable {
    /// Classes of the disk scheduler, as `ionice` names them.
    package enum DiskClass: String, Hashable, Sendable, CaseIterable {
        /// Only when nobody else uses the disk.
        case idle
        /// After others of the usual class.
        case low
    }

    /// Added to the niceness, 0 to 19.
    package var nice: Int
    package var disk: DiskClass?

    package init(nice: Int = 0, disk: DiskClass? = nil) {
        self.nice = nice
        self.disk = disk
    }

    package static let usual = TaskLoad()

    /// The programs and arguments that stand before a program so that it runs with this load.
    package var prefix: [String] {
        let disk: [String] =
            switch disk {
            case .idle: ["/usr/bin/ionice", "-c", "3", "-t"]
            case .low: ["/usr/bin/ionice", "-c", "2", "-n", "7", "-t"]
            case nil: []
            }
        return (nice > 0 ? ["/usr/bin/nice", "-n", "\(nice)"] : []) + disk
    }
}
