import Archiving
import Backups
import Encryption
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
        let all = BackupPlace.all(of: folders)
        let pools = BackupPool.all(of: folders)
        let places = configuration.tiers.flatMap { tier in all.filter { $0.tier == tier } }
        var request = BackupRequest(
            identity: identity, source: path, timeZone: timeZone, places: places, scratch: context.scratch)
        request.knownFolders = all.map(\.folder) + pools.map(\.folder)
        request.deadline = .now + context.timeLeft
        request.rondeVersion = ProductVersion.current
        try Self.fill(&request, from: configuration, encryption: folders.encryption)
        self.request = request
        thresholds = context.service.thresholds
        guard let place = places.first, let keep = configuration.keep ?? place.tier.usualKeep else {
            pruning = nil
            return
        }
        pruning = Pruning(
            PruningRequest(
                identity: identity, target: .tier(place, keep: keep), timeZone: timeZone, places: all, pools: pools,
                keepAtLeast: configuration.keepAtLeast ?? 0))
    }

    private static func fill(
        _ request: inout BackupRequest, from configuration: BackupConfiguration, encryption: BackupEncryption?
    ) throws {
        request.compression = try configuration.chosenCompression()
        // What the task says comes before what the service says.
        let encryption = try configuration.encrypt?.settings() ?? encryption
        request.encryption = encryption.map { Encryption($0) }
        request.decryption = Decryption(encryption)
        request.exportsSQL = configuration.exportsSQL(encrypts: encryption != nil)
        request.bandwidth = configuration.bandwidth.map { Int($0.bytes) }
        if let share = configuration.largestFall { request.largestFall = share.percent }
        if let limit = configuration.walLimit { request.copy.walLimit = limit.bytes }
        if let wait = configuration.busyTimeout { request.busyTimeout = wait.duration }
        if let block = configuration.longestWriteBlock { request.copy.longestWriteBlock = block.duration }
        if let pause = configuration.pause { request.copy.pause = pause.duration }
    }
}
