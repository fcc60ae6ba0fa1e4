import ConfigurationFiles
import Synchronization

/// The configuration that a daemon goes by at this moment.
final class InstanceInUse: Sendable {
    private let current: Mutex<Instance>

    init(_ instance: Instance) { current = Mutex(instance) }

    var value: Instance { current.withLock { $0 } }

    func set(_ instance: Instance) { current.withLock { $0 = instance } }
}
