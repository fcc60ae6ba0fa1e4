import Archiving
import Backups
import Foundation
import Maintenance
import PluginKit
import SQLiteFile
import SystemPackage

/// What one task is to do, worked out from its parameters and the service.
struct BackupPlan {

    let request: BackupRequest
    /// Nil for manual backups.
    let pruning: Pruning?
    let thresholds: Thresholds

    init(_ configuration: BackupConfiguration, _ context: TaskContext) throws {
        let (name, path) = try context.database(named: configuration.database)
        guard let folders = context.service.backups else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)' has no backup folders; name them below 'backups:'")
        }
        guard let timeZone = TimeZone(identifier: context.service.timezone) else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)': '\(context.service.timezone)' is no time zone")
        }
        let identity = BackupIdentity(service: context.service.name, database: name, file: path)
        let places = configuration.tiers.map { BackupPlace(tier: $0, folder: folders.folder(of: $0)) }
        var request = BackupRequest(
            identity: identity, source: path, timeZone: timeZone, places: places, scratch: context.scratch)
        request.compression = try configuration.chosenCompression()
        request.exportsSQL = configuration.exportsSQL
        request.knownFolders = Tier.allCases.map(folders.folder)
        request.deadline = .now + context.timeLeft
        request.rondeVersion = ProductVersion.current
        if let wait = configuration.busyTimeout { request.busyTimeout = wait.duration }
        if let block = configuration.longestWriteBlock { request.copy.longestWriteBlock = block.duration }
        if let pause = configuration.pause { request.copy.pause = pause.duration }
        self.request = request
        thresholds = context.service.thresholds
        guard let place = places.first, let keep = configuration.keep ?? place.tier.usualKeep else {
            pruning = nil
            return
        }
        pruning = Pruning(
            place: place, identity: identity, keep: keep, timeZone: timeZone,
            tiersInFolder: Set(Tier.allCases.filter { folders.folder(of: $0) == place.folder }))
    }
}

extension BackupFolders {
    /// Manual sets have a folder of their own below the daily ones.
    func folder(of tier: Tier) -> FilePath {
        switch tier {
        case .daily: FilePath(daily).lexicallyNormalized()
        case .weekly: FilePath(weekly).lexicallyNormalized()
        case .monthly: FilePath(monthly).lexicallyNormalized()
        case .manual: FilePath(daily).lexicallyNormalized().appending("manual")
        }
    }
}
