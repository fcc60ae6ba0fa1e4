import Backups
import DurableFiles
import Foundation
import Maintenance
import SystemPackage

/// Sets of any instant, as fast as files can be written: all have the bytes of one that was really made.
struct CraftedSets {
    let scratch: Scratch
    let folder: FilePath
    let identity: BackupIdentity
    private let model: BackupManifest
    private let data: [UInt8]

    /// Makes the one that all others are copies of.
    init(_ scratch: Scratch, in folder: String = "daily", tier: Tier = .daily) async throws {
        self.scratch = scratch
        self.folder = scratch.path(folder)
        try scratch.makeDatabase("model.db", "CREATE TABLE users(id INTEGER PRIMARY KEY); INSERT INTO users VALUES(1)")
        var request = scratch.request([tier], database: "model.db")
        request.places[0] = BackupPlace(tier: tier, folder: scratch.path("model-\(folder)"))
        let made = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
        identity = scratch.request().identity
        model = made.manifest
        data = try DurableFile.read(made.sets[0].filePaths[0], limit: 1 << 20)
        try Folder.create(self.folder, permissions: .ownerReadWriteExecute)
    }

    /// Puts a set there.
    ///
    /// - Returns: the set's name.
    @discardableResult
    func make(
        _ instant: String, stem: String = "test", _ change: (inout BackupManifest) -> Void = { _ in }
    ) throws -> String {
        try make(BackupsTests.instant(instant), stem: stem, change)
    }

    @discardableResult
    func make(
        _ instant: Date, stem: String = "test", _ change: (inout BackupManifest) -> Void = { _ in }
    ) throws -> String {
        let name = "\(stem)_" + CompactTime(instant, in: paris, separator: "_").text
        var manifest = model
        manifest.instant = instant
        manifest.verification.at = instant
        manifest.files[0].name = "\(name).db.gz"
        change(&manifest)
        let text = try RecordCoding.encoder(indented: true).encode(manifest)
        try plainWrite(text, to: folder.appending("\(name).json"))
        try plainWrite(Data(data), to: folder.appending("\(name).db.gz"))
        return name
    }

    /// Not durably: tests make thousands.
    private func plainWrite(_ bytes: Data, to path: FilePath) throws {
        try bytes.write(to: URL(fileURLWithPath: path.string))
    }

    func catalogue() throws -> BackupCatalogue { try BackupCatalogue.read(folder, of: identity) }

    func inventory() throws -> BackupInventory {
        try BackupInventory.read([BackupPlace(tier: .daily, folder: folder)], of: identity)
    }

    func pruning(
        keep: Int, atLeast: Int = 0, confirmed: Bool = false, places: [BackupPlace] = []
    ) -> Pruning {
        let place = BackupPlace(tier: .daily, folder: folder)
        return Pruning(
            PruningRequest(
                identity: identity, target: .tier(place, keep: keep), timeZone: paris, places: [place] + places,
                keepAtLeast: atLeast, confirmsClock: confirmed))
    }
}
