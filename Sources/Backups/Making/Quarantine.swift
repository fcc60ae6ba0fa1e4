import DurableFiles
import Encryption
import Foundation
import Maintenance
import SystemPackage

extension BackupMaker {
    /// How many copies of a database are kept there: the first one is as good for a repair as the tenth.
    private static let quarantined = 3

    /// The newest set of the database that counts, for people; nil if there is none.
    package var lastGood: String? {
        newestVerified.map { "'\($0.filePaths[0])' of \(InstantText.format($0.instant, in: request.timeZone))" }
    }

    /// Puts a copy that failed its verification apart, encrypted as sets are, and says why in an error.
    ///
    /// The finding is worth more than the copy: where that cannot be kept, the error says so.
    func quarantine(
        _ packed: consuming TemporaryFile, as name: SetName, at instant: Date, _ failure: VerificationFailure
    ) async throws -> BackupError {
        var path: FilePath?
        do {
            path = try await keepApart(packed, as: name, at: instant, failure)
        } catch let error where error.isCancellation {
            throw CancellationError()
        } catch {
            path = nil
        }
        switch failure {
        case .damaged(let findings):
            return .sourceDamaged(request.source, findings: findings, quarantine: path, lastGood: lastGood)
        case .different(let reason):
            return .notProven(request.source, reason: reason, quarantine: path, lastGood: lastGood)
        }
    }

    /// - Returns: where the copy is now.
    private func keepApart(
        _ packed: consuming TemporaryFile, as name: SetName, at instant: Date, _ failure: VerificationFailure
    ) async throws -> FilePath {
        let folder = primary.appending(QuarantineRecord.folderName)
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        _ = try TemporaryFile.removeLeftovers(in: folder)
        let path = folder.appending("\(name)\(dataEnding)")
        let record = QuarantineRecord(
            instant: instant, service: request.identity.service, database: request.identity.database,
            source: request.source.string, findings: failure.findings, reason: failure.reason)
        // The record first: without one a copy would be told of without its findings.
        try DurableFile.write(
            record.encoded(timeZone: request.timeZone), to: folder.appending(name.manifest),
            permissions: .ownerReadWrite)
        if let encryption = request.encryption {
            let file = try TemporaryFile.create(beside: path, permissions: .ownerReadWrite)
            _ = try await encrypt(packed.path, encryption, into: file, named: path)
            try file.publish(as: path)
        } else {
            try packed.publish(as: path)
        }
        try thinOut(folder)
        return path
    }

    /// Removes all but the newest few copies of this database.
    private func thinOut(_ folder: FilePath) throws {
        // Earlier builds wrote a text beside each copy.
        let endings = SetName.dataEndings + [SetName.manifestEnding, ".txt"]
        let names = try Folder.entries(of: folder).compactMap { entry -> (set: String, file: String)? in
            guard let ending = endings.first(where: entry.hasSuffix),
                let name = SetName(entry.dropLast(ending.count), stem: request.identity.stem)
            else { return nil }
            return ("\(name)", entry)
        }
        // Names of one stem sort by their time.
        let kept = Set(Set(names.map(\.set)).sorted().suffix(Self.quarantined))
        for name in names where !kept.contains(name.set) { try DurableFile.remove(folder.appending(name.file)) }
    }
}

extension VerificationFailure {
    fileprivate var findings: [String] {
        switch self {
        case .damaged(let findings): findings
        case .different(let reason): [reason]
        }
    }

    fileprivate var reason: String {
        switch self {
        case .damaged: "the database is damaged"
        case .different: "the new backup failed its verification"
        }
    }
}
