import Digests
import Foundation
import SystemPackage

/// One manifest as the index has it: the length of the rest, the manifest's name, its stamp, the set's name in parts
/// and its summary.
struct IndexEntry: Sendable {
    /// Whether or not its files are there.
    let set: BackupSet
    let stamp: FileStamp

    init(set: BackupSet, stamp: FileStamp) {
        self.set = set
        self.stamp = stamp
    }

    func write(to writer: inout IndexWriter) {
        let name = self.set.name
        var rest = IndexWriter()
        rest.number(Int(bitPattern: UInt(stamp.inode)))
        for number in [stamp.size, stamp.modified, stamp.changed] { rest.number(number) }
        rest.text(name.stem)
        rest.text(name.stamp)
        rest.number(name.number)
        rest.optional(name.adoptedEnding) { $0.text($1) }
        rest.write(self.set.summary)
        writer.count(rest.bytes.count)
        writer.text(name.manifest)
        writer.bytes += rest.bytes
    }

    /// What follows the manifest's name.
    static func inode(from reader: inout IndexReader) -> UInt64? {
        reader.number().map { UInt64(UInt(bitPattern: $0)) }
    }

    /// Reads what follows the manifest's name.
    ///
    /// - Returns: nil if the manifest has changed or is of another stem, or if the bytes are none of an entry.
    init?(from reader: inout IndexReader, stem: String, stamp: FileStamp, folder: FilePath) {
        guard Self.inode(from: &reader) == stamp.inode,
            reader.number() == stamp.size, reader.number() == stamp.modified, reader.number() == stamp.changed,
            reader.text() == stem, let time = reader.text(), let number = reader.number(),
            let ending = reader.optional({ $0.text() }), let summary = reader.summary()
        else { return nil }
        let name = SetName(stem: stem, stamp: time, number: number, adoptedEnding: ending)
        self.set = BackupSet(name: name, folder: folder, summary: summary)
        self.stamp = stamp
    }
}

extension IndexWriter {
    fileprivate mutating func write(_ summary: SetSummary) {
        text(summary.service)
        text(summary.database)
        instant(summary.instant)
        list(summary.tiers) { $0.text($1.rawValue) }
        list(summary.files) { $0.write($1) }
        optional(summary.export) { $0.text($1) }
        number(summary.rows)
        number(summary.tables)
        instant(summary.verifiedAt)
        list(summary.anomalies) {
            $0.text($1.what)
            $0.number($1.before)
            $0.number($1.after)
        }
        optional(summary.adopted) {
            $0.instant($1.at)
            $0.text($1.instantSource.rawValue)
        }
        optional(summary.keptFor) { $0.text($1) }
    }

    private mutating func write(_ file: FileRecord) {
        text(file.name)
        number(file.bytes)
        bytes += file.sha256.bytes
        text(file.compression)
        number(file.uncompressedBytes)
        bytes += file.uncompressedSHA256.bytes
        optional(file.encryption) { $0.text($1) }
        optional(file.plainBytes) { $0.number($1) }
        optional(file.plainSHA256) { $0.bytes += $1.bytes }
    }
}

extension IndexReader {
    fileprivate mutating func summary() -> SetSummary? {
        guard let service = text(), let database = text(), let instant = instant(),
            let tiers = list({ $0.text().flatMap(Tier.init) }), let files = list({ $0.file() }),
            let export = optional({ $0.text() }), let rows = number(), let tables = number(),
            let verifiedAt = self.instant(), let anomalies = list({ $0.anomaly() }),
            let adopted = optional({ $0.adoption() }), let keptFor = optional({ $0.text() })
        else { return nil }
        return SetSummary(
            service: service, database: database, instant: instant, tiers: tiers, files: files, export: export,
            rows: rows, tables: tables, verifiedAt: verifiedAt, anomalies: anomalies, adopted: adopted,
            keptFor: keptFor)
    }

    private mutating func file() -> FileRecord? {
        guard let name = text(), let bytes = number(), let sha256 = packedDigest(), let compression = text(),
            let uncompressedBytes = number(), let uncompressedSHA256 = packedDigest(),
            let encryption = optional({ $0.text() }),
            let plainBytes = optional({ $0.number() }), let plainSHA256 = optional({ $0.digest() })
        else { return nil }
        var file = FileRecord(
            name: name, bytes: bytes, sha256: sha256, compression: compression, uncompressedBytes: uncompressedBytes,
            uncompressedSHA256: uncompressedSHA256)
        file.encryption = encryption
        file.plainBytes = plainBytes
        file.plainSHA256 = plainSHA256
        return file
    }

    private mutating func anomaly() -> Anomaly? {
        guard let what = text(), let before = number(), let after = number() else { return nil }
        return Anomaly(what: what, before: before, after: after)
    }

    private mutating func adoption() -> AdoptionRecord? {
        guard let at = instant(), let source = text().flatMap(AdoptionRecord.InstantSource.init) else { return nil }
        return AdoptionRecord(at: at, instantSource: source)
    }
}
