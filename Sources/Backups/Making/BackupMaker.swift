import Archiving
import DurableFiles
import Encryption
package import Foundation
import SQLiteFile
import SystemPackage

/// Makes one verified backup set of a live database.
///
/// In this order: the snapshot is copied into scratch space; the copy is checked on one core while another compresses
/// it into a temporary file, syncs that, reads it back from the device and unpacks it to nowhere, which must give the
/// bytes of the copy; what is to be encrypted is encrypted then; only then do the data and, last, the manifest get
/// their names.
package struct BackupMaker: Sendable {
    let request: BackupRequest
    let now: @Sendable () -> Date
    let observe: @Sendable (BackupStage, Double) -> Void

    /// Only takes notes; ``make()`` does the work.
    ///
    /// - Parameters:
    ///   - request: what to do; it names at least one folder.
    ///   - now: the wall clock.
    ///   - observe: hears the stage and how far all of the work is, from 0 to 1, from one thread at a time.
    package init(
        _ request: BackupRequest, now: @escaping @Sendable () -> Date = { Date() },
        observe: @escaping @Sendable (BackupStage, Double) -> Void = { _, _ in }
    ) {
        precondition(!request.places.isEmpty, "a backup without a folder")
        self.request = request
        self.now = now
        self.observe = observe
    }

    var primary: FilePath { request.places[0].folder }
    /// Each folder once, the first one first.
    var folders: [FilePath] {
        request.places.map(\.folder).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Makes the set; earlier sets stay as they are, whatever happens.
    ///
    /// - Throws: ``BackupError``, `SQLiteFileError`, `FileError`, `ArchiveError`, `EncryptionError`, or
    ///   `CancellationError`. Nothing is left then but a damaged copy in quarantine; only after
    ///   ``BackupError/incomplete(_:what:)`` the set exists.
    @concurrent
    package func make() async throws -> BackupResult {
        let start = ContinuousClock.now
        try checkBeforehand()
        // The source first: without it no folder needs to be made.
        let connection = try SQLiteFile(path: request.source)
            .open(busyTimeout: request.busyTimeout, deadline: request.deadline)
        defer { connection.close() }
        var notes = try folders.flatMap { try BackupFolder(path: $0).prepare() }
        let work = request.scratch.appending("backup-\(UUID().uuidString)")
        try Folder.create(work, permissions: .ownerReadWriteExecute)
        // What cannot be removed lies in scratch space, which is emptied by its owner.
        defer { try? Folder.removeTree(work) }

        let snapshot = try takeSnapshot(from: connection, to: work.appending("snapshot.db"))
        connection.close()
        notes += snapshot.notes
        return try await makeSet(of: snapshot, in: work, from: start, notes: notes)
    }

    private func makeSet(
        of snapshot: TakenSnapshot, in work: FilePath, from start: ContinuousClock.Instant, notes: [String]
    ) async throws -> BackupResult {
        let name = SetName(stem: request.identity.stem, instant: snapshot.instant, timeZone: request.timeZone)
        let packed = try TemporaryFile.create(
            beside: (request.encryption == nil ? primary : work).appending("\(name)\(packedEnding)"),
            permissions: .ownerReadWrite)
        let outcome = try await prove(snapshot, packedInto: packed.descriptor, packed.path)
        let proof: Proof
        switch outcome {
        case .success(let found): proof = found
        case .failure(let failure):
            throw try await quarantine(packed, as: name, at: snapshot.instant, failure)
        }
        let (anomalies, remarks) = try AnomalyGate(request: request, folders: allKnownFolders).run(snapshot, proof)
        let export = try await makeExport(from: snapshot.path, at: snapshot.instant)
        try DurableFile.remove(snapshot.path)
        let stored = try await store(packed, proof, as: name)
        try Task.checkCancellation()
        observe(.storing, BackupStage.storing.overall(0))
        let storing = Storing(maker: self, snapshot: snapshot, proof: proof, stored: stored.facts, anomalies: anomalies)
        let (sets, manifest, problem) = try storing.run(stored.file, export: export, as: name)
        if let problem {
            throw BackupError.incomplete(sets[0].filePaths[0], what: "its SQL export failed: \(problem)")
        }
        return BackupResult(
            sets: sets, manifest: manifest, copy: snapshot.copy, foreignKeyFindings: proof.foreignKeyFindings,
            anomalies: anomalies, export: manifest.export.map { exportFolder.appending($0.name) },
            notes: notes + remarks, duration: .now - start)
    }

    /// Refuses what could not end well, before anything is made.
    func checkBeforehand() throws {
        for folder in folders { try BackupFolder(path: folder).check() }
        guard let encryption = request.encryption else { return }
        if request.exportsSQL { throw PlainExportRefused() }
        try encryption.check()
    }

    /// The end of the compressed file's name.
    private var packedEnding: String {
        let ending = request.compression.fileExtension
        return ".db" + (ending.isEmpty ? "" : ".\(ending)")
    }

    /// The end of the stored file's name.
    var dataEnding: String { packedEnding + (request.encryption?.form.ending ?? "") }

    /// Every folder in which a set of this database may lie.
    var allKnownFolders: [FilePath] {
        (folders + request.knownFolders).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
