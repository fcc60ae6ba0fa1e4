import Backups
import Encryption
import Foundation
import Maintenance
import PluginKit
import SystemPackage

/// Which sets one task is to drill, worked out from its parameters and what lies in the folders.
struct DrillPlan {
    let folders: [FilePath]
    let identity: BackupIdentity
    let timeZone: TimeZone
    let rotation: DrillRotation
    let decryption: Decryption?
    private let places: [BackupPlace]
    private let pools: [BackupPool]

    init(_ configuration: DrillConfiguration, _ context: TaskContext) throws {
        let (name, path) = try context.database(named: configuration.database)
        guard let settings = context.service.backups else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)' has no backup folders; name them below 'backups:'")
        }
        identity = BackupIdentity(service: context.service.name, database: name, file: path)
        timeZone = TimeZone(identifier: context.service.timezone) ?? .gmt
        rotation = configuration.rotation
        decryption = Decryption(
            settings.encryption, identityFile: configuration.identityFile.map { FilePath($0) })
        let wanted = configuration.tiers ?? Tier.allCases
        places = BackupPlace.all(of: settings).filter { wanted.contains($0.tier) }
        pools = configuration.tiers == nil ? BackupPool.all(of: settings) : []
        folders = places.map(\.folder) + pools.map(\.folder)
    }

    func inventory() throws -> BackupInventory { try BackupInventory.read(places, pools: pools, of: identity) }

    func text(_ instant: Date) -> String { InstantText.format(instant, in: timeZone) }
}
