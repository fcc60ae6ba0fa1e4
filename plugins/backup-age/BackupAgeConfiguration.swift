package import Backups
package import Maintenance
import PluginKit

/// What a checklist may say of the age of backups.
package struct BackupAgeConfiguration: Decodable, Sendable {
    package var database: String?
    package var tiers: [Tier]?
    package var warning: TimeSpan
    package var critical: TimeSpan

    /// - Throws: `TaskFailure` where parameters cannot be right.
    func check() throws(TaskFailure) {
        if let tiers, tiers.isEmpty { throw TaskFailure(.unknown, "tiers: the list is empty; leave it out for all") }
        guard warning <= critical else {
            throw TaskFailure(.unknown, "warning: \(warning) is more than 'critical', \(critical)")
        }
    }
}
