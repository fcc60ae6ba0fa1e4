import Backups
import ConfigurationFiles
import ControlledServices
import Encryption
import Exports
import Foundation
import Maintenance
import Restoring
import Runner
import SystemPackage

/// What a restore of a database works with: the service, its health, keys, and where the safety copy goes.
struct RestoreSite: Sendable {
    let site: BackupSite
    let target: RestoreTarget
    let service: any ControlledService
    let tools: RestoreTools
    let health: HealthCheck?

    /// - Parameters:
    ///   - site: the database and its backups.
    ///   - scratch: where uncompressed copies are made meanwhile.
    ///   - keys: opens what is encrypted.
    ///   - observe: hears what is being done.
    /// - Throws: `DigestError` when libcrypto fails.
    init(
        _ site: BackupSite, scratch: FilePath, keys: Decryption?, observe: @escaping @Sendable (RestoreStep) -> Void
    ) throws {
        self.site = site
        let settings = site.instance.runnerSettings()
        target = RestoreTarget(
            service: site.service.name, database: site.identity.database, path: site.database,
            lock: try settings.databaseLock(site.database), records: settings.stateFolder.appending("restores"))
        service =
            site.service.control.map {
                CommandService($0)
            } ?? UncontrolledService()
        var request = BackupRequest(
            identity: site.identity, source: site.database, timeZone: site.timeZone,
            places: [BackupPlace(tier: .manual, folder: site.folder(of: .manual))], scratch: scratch)
        request.rondeVersion = ProductVersion.current
        request.encryption = site.settings.encryption.map { Encryption($0) }
        request.decryption = Decryption(site.settings.encryption)
        // What is to be replaced is kept as it is, however little of it is left.
        request.largestFall = 100
        tools = RestoreTools(
            isEncrypted: { EncryptedForm.detect($0) != nil },
            decrypt: keys.map(Self.decryption), importSQL: { _ = try DatabaseImport.sql(from: $0, into: $1) },
            safetyBackup: .set(request), observe: observe)
        health = HealthCheck(of: site.service)
    }

    var planner: RestorePlanner { RestorePlanner(target: target, service: service, health: health, tools: tools) }
    var transaction: RestoreTransaction {
        RestoreTransaction(target: target, service: service, health: health, tools: tools)
    }

    private static func decryption(
        _ keys: Decryption
    ) -> @Sendable (_ encrypted: FilePath, _ new: FilePath) async throws -> Void {
        { try await keys.decrypt($0, into: $1, timeLimit: .seconds(3600)) }
    }
}
