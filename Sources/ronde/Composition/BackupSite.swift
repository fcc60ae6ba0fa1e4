import Archiving
import ArgumentParser
import Backups
import ConfigurationFiles
import Encryption
import Foundation
import Maintenance
import Runner
import SystemPackage

/// Which database of which service a command is about.
struct SiteOptions: ParsableArguments {
    @Option(help: "The service; not needed where there is only one.")
    var service: String?

    @Option(help: "Its database; not needed where there is only one, or one named 'main'.")
    var database: String?

    @OptionGroup var instance: InstanceOptions

    /// What the options name, in the instance that they name; a restore of it that was cut short has ended.
    ///
    /// - Throws: ``CommandFailure`` that lists what there is; what ``CutShortRestores`` throws.
    func site() async throws -> BackupSite {
        let site = try namedSite()
        try await CutShortRestores.settle(site)
        return site
    }

    private func namedSite() throws -> BackupSite {
        let instance = try instance.instance()
        let service = try chosenService(of: instance)
        guard let settings = service.backups else {
            throw CommandFailure.configuration(
                "the service '\(service.name)' has no backup folders; name them below 'backups:' in \(instance.file)")
        }
        guard let name = service.databaseName(for: database), let location = service.databases[name] else {
            let known = service.databases.keys.sorted().joined(separator: ", ")
            throw CommandFailure.usage(
                database.map { "'\(service.name)' has no database '\($0)', but: \(known)" }
                    ?? "'\(service.name)' has the databases \(known); name one with --database")
        }
        return try BackupSite(instance: instance, service: service, settings: settings, name: name, location: location)
    }

    private func chosenService(of instance: Instance) throws -> Service {
        let known = instance.services.keys.sorted().joined(separator: ", ")
        if let service {
            guard let named = instance.services[service] else {
                throw CommandFailure.usage("there is no service '\(service)'; there are: \(known)")
            }
            return named
        }
        guard instance.services.count == 1, let only = instance.services.values.first else {
            throw CommandFailure.usage("name a service with --service; there are: \(known)")
        }
        return only
    }
}

/// One database of one service and all places of its backups.
struct BackupSite: Sendable {
    let instance: Instance
    let service: Service
    let settings: BackupSettings
    let identity: BackupIdentity
    /// The live file.
    let database: FilePath
    let timeZone: TimeZone

    init(
        instance: Instance, service: Service, settings: BackupSettings, name: String, location: DatabaseLocation
    ) throws {
        guard let timeZone = TimeZone(identifier: service.timezone) else {
            throw CommandFailure.configuration("'\(service.timezone)' is no time zone")
        }
        self.instance = instance
        self.service = service
        self.settings = settings
        self.timeZone = timeZone
        database = FilePath(location.sqlite)
        identity = BackupIdentity(service: service.name, database: name, file: database)
    }

    /// A folder of this command's own below the state folder, and only for as long as `body` runs.
    func withScratch<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
        try await ScratchFolder.with(below: instance.runnerSettings().scratchFolder, body)
    }
}

// MARK: Sets

extension BackupSite {
    var places: [BackupPlace] { BackupPlace.all(of: settings) }
    var pools: [BackupPool] { BackupPool.all(of: settings) }

    func folder(of tier: Tier) -> FilePath {
        places.first { $0.tier == tier }?.folder ?? FilePath(settings.daily).lexicallyNormalized()
    }

    /// Everything that is known of the backups of this database.
    func inventory() throws -> BackupInventory { try BackupInventory.read(places, pools: pools, of: identity) }
}

// MARK: Rules

extension BackupSite {
    /// How many days, weeks or months of a tier keep their set: as the backup task of that tier says, else as usual.
    func keep(of tier: Tier) -> Int {
        let counts = instance.checklists.filter { $0.service.name == service.name }.flatMap(\.tasks)
            .filter { task in
                let requested = task.with["database"]?.string
                return task.plugin == "backup" && task.with["tier"]?.string ?? "daily" == tier.rawValue
                    && service.databaseName(for: requested) == identity.database
            }
            .compactMap { $0.with["keep"]?.integer }
        // Of several tasks for one tier the most generous decides: a set too many harms nobody.
        return counts.max() ?? tier.usualKeep ?? 1
    }
}

// MARK: Contents

extension BackupSite {
    /// The database of a set, unpacked into a folder; it is what its manifest says to the last byte.
    ///
    /// - Throws: `ArchiveError`, `EncryptionError`, `FileError`; ``CommandFailure`` where the bytes are others.
    func unpacked(_ known: KnownSet, in folder: FilePath) async throws -> FilePath {
        guard let file = known.set.files.first, let compression = Compression(file.compression) else {
            throw CommandFailure.noInput("'\(known.set.name)' has no file that can be unpacked")
        }
        let database = folder.appending("unpacked.db")
        var packed = known.set.folder.appending(file.name)
        if file.encryption != nil {
            guard let keys = Decryption(settings.encryption) else {
                throw CommandFailure.noInput("'\(file.name)' is encrypted, and no key is named in ronde.yaml")
            }
            let plain = folder.appending("unpacked.packed")
            try await keys.decrypt(packed, into: plain, timeLimit: .seconds(3600))
            packed = plain
        }
        let facts = try await CompressedFile.decompress(
            at: packed, as: compression.format, to: database, limit: file.uncompressedBytes)
        guard facts.uncompressedSHA256 == file.uncompressedSHA256 else {
            throw CommandFailure(
                message: "'\(file.name)' is not what was stored: run 'ronde backups verify'", status: 2)
        }
        return database
    }

    /// What pruning would do now in every folder of this database.
    func pruningPlans(of inventory: BackupInventory, now: Date) throws -> [PruningPlan] {
        let tiers = places.map { PruningRequest.Target.tier($0, keep: keep(of: $0.tier)) }
        return try (tiers + pools.map { .pool($0) }).map { target in
            try Pruning(
                PruningRequest(identity: identity, target: target, timeZone: timeZone, places: places, pools: pools)
            ).plan(now: now, of: inventory)
        }
    }
}
