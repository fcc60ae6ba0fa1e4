import Archiving
import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage

/// Proves one file in scratch space, as a backup of Ronde's own is proven, and writes up what it holds.
struct AdoptionProof {
    /// What is to stay free in scratch space.
    private static let reserve = 16 << 20

    let request: AdoptionRequest
    let candidate: AdoptionCandidate

    /// - Throws: ``AdoptionRefusal`` when the file must not count; other errors when it could not be told.
    func manifest(at now: Date) async throws -> BackupManifest {
        let work = request.scratch.appending("adopt-\(UUID().uuidString)")
        try Folder.create(work, permissions: .ownerReadWriteExecute)
        // What cannot be removed lies in scratch space, which is emptied by its owner.
        defer { try? Folder.removeTree(work) }
        let copy = work.appending("copy.db")
        let facts = try await unpack(to: copy)
        let (database, checks) = try examine(copy)
        var record = FileRecord(name: candidate.file, compression: compression, facts: facts)
        // How hard it was compressed is not known.
        record.compression = compression.format.compressionName
        return BackupManifest(
            service: request.identity.service, database: database, instant: candidate.instant.inMilliseconds,
            timezone: request.timeZone.identifier, tiers: request.tiers, files: [record], export: nil,
            verification: VerificationRecord(at: now.inMilliseconds, checks: checks),
            adopted: AdoptionRecord(at: now.inMilliseconds, instantSource: candidate.source),
            rondeVersion: request.rondeVersion)
    }

    private var compression: Compression {
        if candidate.ending.hasSuffix(".gz") { return .gzip(level: 6) }
        return candidate.ending.hasSuffix(".zst") ? .zstd : .none
    }

    private func unpack(to copy: FilePath) async throws -> CompressedFileFacts {
        let room = try DiskSpace.available(at: request.scratch).availableBytes - Self.reserve
        do {
            let facts = try await CompressedFile.decompress(
                at: request.folder.appending(candidate.file), as: compression.format, to: copy, limit: max(room, 0))
            guard facts.bytes == candidate.facts.size else {
                throw AdoptionRefusal(reason: "it changed while it was being verified")
            }
            return facts
        } catch let error as ArchiveError where error.kind == .overLimit {
            throw AdoptionRefusal(
                reason: "it unpacks to more than the room in '\(request.scratch)'; free space there")
        } catch let error as ArchiveError where error.kind != .failed {
            throw AdoptionRefusal(reason: "it is damaged: \(error.message)")
        } catch let error as FileError where error.path.starts(with: request.folder) {
            throw AdoptionRefusal(reason: "\(error)")
        }
    }

    private func examine(_ copy: FilePath) throws -> (DatabaseRecord, [VerificationRecord.Check]) {
        let file = SQLiteFile(path: copy)
        let report = try file.check([.integrity, .foreignKeys], deadline: request.deadline, scratch: request.scratch)
        if report.verdict > .foreignKeys {
            let findings = report.findings.prefix(3).map(\.text).joined(separator: "; ")
            throw AdoptionRefusal(reason: "the database in it is damaged: \(findings)")
        }
        let connection = try file.open(deadline: request.deadline)
        defer { connection.close() }
        do {
            let tables = try connection.contents()
            guard !tables.isEmpty else { throw AdoptionRefusal(reason: "the database in it has no table") }
            let record = DatabaseRecord(
                name: request.identity.database, path: request.source.string, facts: try connection.facts(),
                tables: tables, hashedAt: .copy, foreignKeyViolations: report.foreignKeyViolations)
            return (record, VerificationRecord.Check.allCases)
        } catch let error as SQLiteFileError where error.kind == .damaged {
            throw AdoptionRefusal(reason: "the database in it is damaged: \(error.message)")
        }
    }
}

extension CompressedFormat {
    /// As `Compression` reads it.
    fileprivate var compressionName: String {
        switch self {
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .plain: "none"
        }
    }
}
