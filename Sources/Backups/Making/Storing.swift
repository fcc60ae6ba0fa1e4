import Archiving
import DurableFiles
import Foundation
import SystemPackage

/// Gives a verified copy its names in all its folders.
///
/// In each folder: the manifest under a hidden name, then the data, then the manifest's own name; see ``Interrupted``.
struct Storing {
    let maker: BackupMaker
    let snapshot: TakenSnapshot
    let proof: Proof
    let stored: StoredFacts
    let anomalies: AnomalyReport?

    /// - Returns: the set of each folder, and why the export is not there.
    func run(
        _ data: consuming TemporaryFile, export: consuming ExportAttempt, as name: SetName
    ) throws -> (sets: [BackupSet], manifest: BackupManifest, problem: String?) {
        var problem: String?
        var madeExport: SQLExport?
        switch consume export {
        case .none: break
        case .made(let made): madeExport = consume made
        case .failed(let reason): problem = reason
        }
        var data: TemporaryFile? = consume data
        let folders = maker.folders + (madeExport == nil ? [] : [maker.exportFolder])
        return try BackupFolder.locked(folders, purpose: "storing \(name)") {
            let name = try freeName(from: name)
            var manifest = manifest(name: name)
            if let facts = madeExport?.facts {
                do { manifest.export = try maker.exportRecord(facts, at: snapshot.instant) } catch {
                    problem = "\(error)"
                }
            }
            guard let file = data.take() else { preconditionFailure("a backup was stored twice") }
            try publish(file, manifest, as: name)
            if let record = manifest.export, let made = madeExport.take() {
                problem = publish(made, as: record)
                if problem != nil {
                    manifest.export = nil
                    try write(manifest, as: name)
                }
            }
            let pending = maker.primary.appending(name.pending)
            try DurableFile.rename(pending, to: maker.primary.appending(name.manifest))
            for folder in maker.folders.dropFirst() { try link(manifest, name, into: folder) }
            let summary = SetSummary(of: manifest)
            let sets = maker.folders.map { BackupSet(name: name, folder: $0, summary: summary) }
            return (sets, manifest, problem)
        }
    }

    private func freeName(from name: SetName) throws -> SetName {
        for number in 1...SetName.highestNumber {
            let candidate = name.numbered(number)
            let isFree = try maker.folders.allSatisfy { folder in
                try candidate.reserved.allSatisfy {
                    try FileFacts.of(folder.appending($0), followingLinks: false) == nil
                }
            }
            if isFree { return candidate }
        }
        throw BackupError.noFreeName(maker.primary, name: "\(name)")
    }

    private func manifest(name: SetName) -> BackupManifest {
        let request = maker.request
        let file = stored.record(name: "\(name)\(maker.dataEnding)", compression: request.compression)
        let database = DatabaseRecord(
            name: request.identity.database, path: request.source.string, facts: snapshot.facts, tables: proof.tables,
            hashedAt: .copy, foreignKeyViolations: proof.foreignKeyViolations)
        let verifiedAt = maker.now().inMilliseconds
        // What nobody here can open was not unpacked as it is stored.
        let checks = VerificationRecord.Check.allCases.filter {
            $0 != .unpacked || stored.encrypted?.wasOpened != false
        }
        return BackupManifest(
            service: request.identity.service, database: database, instant: snapshot.instant,
            timezone: request.timeZone.identifier, tiers: request.places.map(\.tier), files: [file], export: nil,
            verification: VerificationRecord(at: verifiedAt, checks: checks), anomalies: anomalies?.anomalies,
            keptFor: request.keptFor, rondeVersion: request.rondeVersion)
    }

    private func publish(_ data: consuming TemporaryFile, _ manifest: BackupManifest, as name: SetName) throws {
        try write(manifest, as: name)
        do {
            try data.publish(as: maker.primary.appending(manifest.files[0].name), replacing: false)
        } catch {
            // The next backup removes it if it stays.
            try? DurableFile.remove(maker.primary.appending(name.pending))
            throw error
        }
    }

    private func write(_ manifest: BackupManifest, as name: SetName) throws {
        let pending = maker.primary.appending(name.pending)
        try DurableFile.write(try manifest.encoded(), to: pending, permissions: .ownerReadWrite)
    }

    /// - Returns: why it failed, or nil.
    private func publish(_ export: consuming SQLExport, as record: FileRecord) -> String? {
        do {
            try export.file.publish(as: maker.exportFolder.appending(record.name))
            return nil
        } catch {
            return "\(error)"
        }
    }

    // MARK: Further folders

    /// Links the set into another folder, or copies it where links are refused.
    private func link(_ manifest: BackupManifest, _ name: SetName, into folder: FilePath) throws {
        let pending = folder.appending(name.pending)
        do {
            try linkOrCopy(maker.primary.appending(name.manifest), to: pending, bytes: nil)
            for file in manifest.files {
                try linkOrCopy(maker.primary.appending(file.name), to: folder.appending(file.name), bytes: file)
            }
            try DurableFile.rename(pending, to: folder.appending(name.manifest))
        } catch {
            // The next backup removes it if it stays.
            try? DurableFile.remove(pending)
            throw BackupError.incomplete(
                maker.primary.appending(manifest.files[0].name), what: "it could not be put into '\(folder)': \(error)")
        }
    }

    private func linkOrCopy(_ file: FilePath, to new: FilePath, bytes: FileRecord?) throws {
        do {
            try DurableFile.hardLink(file, as: new)
        } catch  where error.isHardLinkRefused {
            try copy(file, to: new, expecting: bytes)
        }
    }

    private func copy(_ file: FilePath, to new: FilePath, expecting record: FileRecord?) throws {
        var reader = try CompressedFileReader.open(file, as: .plain, limit: .max)
        let temporary = try TemporaryFile.create(beside: new, permissions: .ownerReadWrite)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        while case let count = try reader.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            try temporary.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        let facts = try reader.finish()
        guard record == nil || facts.sha256 == record?.sha256 else {
            throw FileError(operation: "copy", path: file, errno: .ioError)
        }
        try temporary.publish(as: new, replacing: false)
    }
}
