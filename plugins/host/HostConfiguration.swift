import Maintenance
import PluginKit

/// What a checklist may say of the machine.
package struct HostConfiguration: Decodable, Sendable {
    var loadWarning: Double
    var loadCritical: Double
    var memoryWarning: Percentage
    var memoryCritical: Percentage
    var swapWarning: Percentage
    var swapCritical: Percentage
    var stuckWarning: Int
    var afterReboot: Outcome
    var pendingReboot: Outcome
    var unsynchronised: Outcome
    var timeServer: String?
    var timeServerLimit: TimeSpan
    var clockWarning: TimeSpan
    var clockCritical: TimeSpan

    enum CodingKeys: String, CodingKey {
        case unsynchronised
        case loadWarning = "load_warning"
        case loadCritical = "load_critical"
        case memoryWarning = "memory_warning"
        case memoryCritical = "memory_critical"
        case swapWarning = "swap_warning"
        case swapCritical = "swap_critical"
        case stuckWarning = "stuck_warning"
        case afterReboot = "after_reboot"
        case pendingReboot = "pending_reboot"
        case timeServer = "time_server"
        case timeServerLimit = "time_server_limit"
        case clockWarning = "clock_warning"
        case clockCritical = "clock_critical"
    }

    /// - Throws: ``TaskFailure`` where parameters cannot be right together.
    func check() throws(TaskFailure) {
        let pairs = [
            ("load", loadCritical >= loadWarning), ("memory", memoryCritical <= memoryWarning),
            ("swap", swapCritical >= swapWarning), ("clock", clockCritical >= clockWarning),
        ]
        for (name, isRight) in pairs where !isRight {
            throw TaskFailure(.unknown, "\(name)_critical comes before \(name)_warning; change one of them")
        }
        for (name, share) in [("memory_warning", memoryWarning), ("swap_critical", swapCritical)]
        where share.percent > 100 {
            throw TaskFailure(.unknown, "\(name): \(share) is more than there can be; give at most 100%")
        }
        if timeServerLimit.duration <= .zero {
            throw TaskFailure(.unknown, "time_server_limit: \(timeServerLimit) is too short for any answer")
        }
    }
}
