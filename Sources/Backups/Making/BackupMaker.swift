import Archiving
import DurableFiles
package import Foundation
import SQLiteFile
import SystemPackage

/// Makes one verified backup set of a live database.
///
/// In this order: the snapshot is copied into scratch space; the copy is compressed into a temporary file in the first
/// folder, synced and forgotten by the page cache; that file is read back and unpacked; the unpacked database is checked
/// and compared with the live one as it was at the snapshot; only then do the data and, last, the manifest get their names.
package struct BackupMaker: Sendable {
    let request: BackupRequest
    let now: @Sendable () -> Date
    let observe: @Sendable (BackupStage, Double) -> Void

    /// Only takes notes; ``make()`` does the work.
    ///
    /// - Parameters:
    ///   - request: what to do; it names at least one folder.
    ///   - now: the wall clock.
    ///   - observe: hears the stage and how far all of the work is, from 0 to 1.
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
    /// - Throws: ``BackupError``, `SQLiteFileError`, `FileError`, `ArchiveError`, or `CancellationError`. Nothing is left
    ///   then but a damaged copy in quarantine; only after ``BackupError/incomplete(_:what:)`` the set exists.
    @concurrent
    package func make() async throws -> BackupResult {
        let start = ContinuousClock.now
        for folder in folders { try BackupFolder(path: folder).check() }
        // The source first: without it no folder needs to be made.
        let connection = try SQLiteFile(path: request.source)
            .open(busyTimeout: request.busyTimeout, deadline: request.deadline)
        defer { connection.close() }
        let notes = try folders.flatMap { try BackupFolder(path: $0).prepare() }
        let work = request.scratch.appending("backup-\(UUID().uuidString)")
        try Folder.create(work, permissions: .ownerReadWriteExecute)
        // What cannot be removed lies in scratch space, which is emptied by its owner.
        defer { try? Folder.removeTree(work) }

        let snapshot = try takeSnapshot(from: connection, to: work.appending("snapshot.db"))
        connection.close()
        let name = SetName(stem: request.identity.stem, instant: snapshot.instant, timeZone: request.timeZone)
        let data = try TemporaryFile.create(
            beside: primary.appending("\(name)\(dataEnding)"), permissions: .ownerReadWrite)
        let facts = try compress(snapshot.path, into: data)
        try DurableFile.remove(snapshot.path)

        let restored = work.appending("restored.db")
        let verification = Verification(request: request, snapshot: snapshot, stored: facts)
        let proof: Proof
        do {
            observe(.verifying, BackupStage.verifying.overall(0))
            proof = try await verification.run(reading: data.path, into: restored)
        } catch let failure as VerificationFailure {
            throw try quarantine(data, as: name, failure)
        }
        let export = try await makeExport(from: restored, at: snapshot.instant)
        try Task.checkCancellation()
        observe(.storing, BackupStage.storing.overall(0))
        let storing = Storing(maker: self, snapshot: snapshot, proof: proof, facts: facts)
        let (sets, problem) = try storing.run(data, export: export, as: name)
        if let problem {
            throw BackupError.incomplete(sets[0].filePaths[0], what: "its SQL export failed: \(problem)")
        }
        return BackupResult(
            sets: sets, copy: snapshot.copy, foreignKeyFindings: proof.foreignKeyFindings,
            export: sets[0].manifest.export.map { exportFolder.appending($0.name) }, notes: notes,
            duration: .now - start)
    }

    var dataEnding: String {
        let ending = request.compression.fileExtension
        return ".db" + (ending.isEmpty ? "" : ".\(ending)")
    }
}
