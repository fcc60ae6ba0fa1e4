package import Backups
import Maintenance
import PluginKit

/// What a checklist may say of pruning.
package struct PruneConfiguration: Decodable, Sendable {
    package var database: String?
    package var tier: Tier?
    package var folder: String?
    package var keep: Int?
    package var keepAtLeast: Int?
    package var keepLast: Int?
    package var keepHourly: Int?
    package var keepDaily: Int?
    package var keepWeekly: Int?
    package var keepMonthly: Int?
    package var keepYearly: Int?

    package enum CodingKeys: String, CodingKey {
        case database, tier, folder, keep
        case keepAtLeast = "keep_at_least"
        case keepLast = "keep_last"
        case keepHourly = "keep_hourly"
        case keepDaily = "keep_daily"
        case keepWeekly = "keep_weekly"
        case keepMonthly = "keep_monthly"
        case keepYearly = "keep_yearly"
    }

    /// The policy for an adopted folder; nil where the configuration of the service has it.
    var policy: RetentionPolicy? {
        let counts = [keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly]
        guard counts.contains(where: { $0 != nil }) else { return nil }
        return RetentionPolicy(
            last: keepLast ?? 0, hourly: keepHourly ?? 0, daily: keepDaily ?? 0, weekly: keepWeekly ?? 0,
            monthly: keepMonthly ?? 0, yearly: keepYearly ?? 0)
    }

    /// - Throws: `TaskFailure` where parameters contradict each other.
    func check() throws(TaskFailure) {
        if tier != nil, folder != nil {
            throw TaskFailure(.unknown, "name a tier or a folder, not both")
        }
        if tier == .manual { throw TaskFailure(.unknown, "tier: manual backups are never pruned") }
        if keep != nil, tier == nil { throw TaskFailure(.unknown, "keep: it is said of a tier; name one") }
        if policy != nil, folder == nil {
            throw TaskFailure(.unknown, "keep_daily and the like are said of an adopted folder; name it with 'folder'")
        }
        if let keep, keep < 1 { throw TaskFailure(.unknown, "\(BackupError.keepsNothing(keep))") }
        if let policy, policy == RetentionPolicy() {
            throw TaskFailure(.unknown, "\(BackupError.keepsNothing(0))")
        }
    }
}
