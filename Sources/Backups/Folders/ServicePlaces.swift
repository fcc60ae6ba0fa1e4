package import Maintenance
import SystemPackage

/// Where the backups of a service lie, as its configuration says.
extension BackupPlace {
    /// The folder of every tier; manual sets have one of their own below the daily ones.
    package static func all(of settings: BackupSettings) -> [BackupPlace] {
        Tier.allCases.map { tier in
            switch tier {
            case .daily: place(tier, settings.daily)
            case .weekly: place(tier, settings.weekly)
            case .monthly: place(tier, settings.monthly)
            case .manual: BackupPlace(tier: tier, folder: place(tier, settings.daily).folder.appending("manual"))
            }
        }
    }

    private static func place(_ tier: Tier, _ folder: String) -> BackupPlace {
        BackupPlace(tier: tier, folder: FilePath(folder).lexicallyNormalized())
    }
}

extension BackupPool {
    /// The folders of adopted sets.
    package static func all(of settings: BackupSettings) -> [BackupPool] {
        settings.adopted.map { adopted in
            let keep = adopted.keep
            return BackupPool(
                folder: FilePath(adopted.folder).lexicallyNormalized(),
                policy: RetentionPolicy(daily: keep.daily, weekly: keep.weekly, monthly: keep.monthly))
        }
    }
}
