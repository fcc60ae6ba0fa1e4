import DurableFiles
package import Foundation
import Maintenance
package import SystemPackage

/// Why a copy lies in quarantine: `quarantine/NAME.json`, beside `quarantine/NAME.db.gz`.
package struct QuarantineRecord: Codable, Hashable, Sendable {
    /// The folder, below a tier's, for copies that must not count.
    package static let folderName = "quarantine"
    private static let longest = 16 << 20

    /// When the copy was taken.
    package var instant: Date
    package var service: String
    /// The name of the database in the service's configuration.
    package var database: String
    /// The absolute path of the live file.
    package var source: String
    /// In the words of the checks.
    package var findings: [String]
    /// One sentence.
    package var reason: String

    package init(
        instant: Date, service: String, database: String, source: String, findings: [String], reason: String
    ) {
        self.instant = instant
        self.service = service
        self.database = database
        self.source = source
        self.findings = findings
        self.reason = reason
    }

    /// The record as JSON, its instant with the offset of `timeZone`.
    package func encoded(timeZone: TimeZone) throws -> [UInt8] {
        try [UInt8](RecordCoding.encoder(timeZone: timeZone, indented: true).encode(self)) + [0x0A]
    }

    /// - Throws: `DecodingError`; `FileError` when the file cannot be read.
    package static func read(_ path: FilePath) throws -> QuarantineRecord {
        try RecordCoding.decoder().decode(Self.self, from: Data(DurableFile.read(path, limit: longest)))
    }
}

/// A copy of a database that failed its verification and was kept apart.
package struct QuarantinedCopy: Hashable, Sendable {
    package let path: FilePath
    package let instant: Date
    package let findings: [String]
    /// One sentence.
    package let reason: String

    /// Finds the copies of one database in the quarantine of a folder, newest first.
    ///
    /// A copy without a readable record counts by its time of modification: a damaged database must not be overlooked.
    ///
    /// - Throws: `FileError` when the folder cannot be read.
    package static func all(below folder: FilePath, of identity: BackupIdentity) throws -> [QuarantinedCopy] {
        let quarantine = folder.appending(QuarantineRecord.folderName)
        guard try FileFacts.of(quarantine, followingLinks: true)?.kind == .folder else { return [] }
        var copies: [QuarantinedCopy] = []
        for name in try Folder.entries(of: quarantine) {
            guard let ending = SetName.dataEnding(of: name),
                let set = SetName(name.dropLast(ending.count), stem: identity.stem),
                let copy = try read(name, of: set, in: quarantine, identity)
            else { continue }
            copies.append(copy)
        }
        return copies.sorted { ($0.instant, $0.path.string) > ($1.instant, $1.path.string) }
    }

    private static func read(
        _ name: String, of set: SetName, in quarantine: FilePath, _ identity: BackupIdentity
    ) throws -> QuarantinedCopy? {
        let path = quarantine.appending(name)
        // Thinned out by another backup since the folder was listed.
        guard let facts = try FileFacts.of(path, followingLinks: false) else { return nil }
        // Earlier builds wrote a text instead; a copy without a record is told of without its findings.
        guard let record = try? QuarantineRecord.read(quarantine.appending(set.manifest)) else {
            return QuarantinedCopy(
                path: path, instant: facts.modified, findings: [], reason: "a copy that failed its verification")
        }
        guard record.service == identity.service, record.database == identity.database else { return nil }
        return QuarantinedCopy(path: path, instant: record.instant, findings: record.findings, reason: record.reason)
    }
}
