import Archiving
package import Digests
package import Foundation
package import SQLiteFile

/// What a set holds and how it was proven, as it stands in the JSON file beside the data.
package struct BackupManifest: Hashable, Sendable, Codable {
    /// The version of the manifest's form that this build writes.
    package static let currentFormat = 1

    package var format: Int
    package var service: String
    package var database: DatabaseRecord
    /// When the snapshot was taken.
    package var instant: Date
    /// The IANA zone of the set's name and of ``instant``.
    package var timezone: String
    package var tiers: [Tier]
    package var files: [FileRecord]
    /// The SQL export made from the same snapshot, in the folder of the first tier; a later one may have replaced it.
    package var export: FileRecord?
    package var verification: VerificationRecord
    /// What was suspicious about the snapshot when it was compared with the one before; nil where nothing was.
    package var anomalies: [Anomaly]?
    /// How a set that other means made came to count; nil for one that Ronde made.
    package var adopted: AdoptionRecord?
    /// Why the database was kept before a restore replaced it; nil for a backup proper.
    package var keptFor: String?
    package var rondeVersion: String

    package init(
        service: String, database: DatabaseRecord, instant: Date, timezone: String, tiers: [Tier], files: [FileRecord],
        export: FileRecord?, verification: VerificationRecord, anomalies: [Anomaly]? = nil,
        adopted: AdoptionRecord? = nil, keptFor: String? = nil,
        rondeVersion: String
    ) {
        format = Self.currentFormat
        self.service = service
        self.database = database
        self.instant = instant
        self.timezone = timezone
        self.tiers = tiers
        self.files = files
        self.export = export
        self.verification = verification
        self.anomalies = anomalies
        self.adopted = adopted
        self.keptFor = keptFor
        self.rondeVersion = rondeVersion
    }

    package enum CodingKeys: String, CodingKey {
        case format, service, database, instant, timezone, tiers, files, export, verification, anomalies, adopted
        case keptFor = "kept_for"
        case rondeVersion = "ronde_version"
    }

    /// The rows of all tables together.
    package var rows: Int { database.tables.reduce(0) { $0 + $1.rows } }
    /// The stored bytes of all files together.
    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
}

/// A database as it was at the snapshot.
package struct DatabaseRecord: Hashable, Sendable, Codable {
    /// Where the hashes of rows were taken.
    package enum HashSource: String, Hashable, Sendable, Codable {
        /// From the live database, in the transaction that pinned the snapshot.
        case source
        /// From the copy: a large database without WAL would have held up the service's commits.
        case copy
    }

    /// Its name in the service's configuration.
    package var name: String
    /// The absolute path of the live file.
    package var path: String
    package var sqliteVersion: String
    /// In bytes.
    package var pageSize: Int
    package var pageCount: Int
    /// Of the live file; the copy is in mode `delete`.
    package var journalMode: String
    package var encoding: String
    package var userVersion: Int
    package var applicationID: Int
    package var schemaHash: SHA256Digest
    /// Row count and ordered hash of each table, as `SQLiteConnection.contents()` defines them.
    package var tables: [TableContents]
    package var rowsHashedAt: HashSource
    /// Rows that refer to rows that are not there; the copy has them as the live database does.
    package var foreignKeyViolations: Int

    init(
        name: String, path: String, facts: SQLiteFacts, tables: [TableContents], hashedAt: HashSource,
        foreignKeyViolations: Int
    ) {
        self.name = name
        self.path = path
        sqliteVersion = facts.sqliteVersion.description
        pageSize = facts.pageSize
        pageCount = facts.pageCount
        journalMode = facts.journalMode
        encoding = facts.encoding
        userVersion = facts.userVersion
        applicationID = facts.applicationID
        schemaHash = facts.schemaHash
        self.tables = tables
        rowsHashedAt = hashedAt
        self.foreignKeyViolations = foreignKeyViolations
    }

    package enum CodingKeys: String, CodingKey {
        case name, path, encoding, tables
        case sqliteVersion = "sqlite_version"
        case pageSize = "page_size"
        case pageCount = "page_count"
        case journalMode = "journal_mode"
        case userVersion = "user_version"
        case applicationID = "application_id"
        case schemaHash = "schema_hash"
        case rowsHashedAt = "rows_hashed_at"
        case foreignKeyViolations = "foreign_key_violations"
    }
}

/// One file of a set: what is stored, and what it unpacks to.
package struct FileRecord: Hashable, Sendable, Codable {
    /// Its name in the set's folder.
    package var name: String
    package var bytes: Int
    @PackedDigest package var sha256: SHA256Digest
    /// As in a configuration: `gzip:6`, `zstd:3`, `none`.
    package var compression: String
    package var uncompressedBytes: Int
    @PackedDigest package var uncompressedSHA256: SHA256Digest
    /// `age` or `gpg`, and ``bytes`` and ``sha256`` are those of the encrypted file; nil where it is not encrypted.
    package var encryption: String?
    /// The size in bytes of the compressed file before it was encrypted; nil where it is not encrypted.
    package var plainBytes: Int?
    /// The digest of the compressed file before it was encrypted; nil where it is not encrypted.
    package var plainSHA256: SHA256Digest?

    init(name: String, compression: Compression, facts: CompressedFileFacts) {
        self.init(
            name: name, bytes: facts.bytes, sha256: PackedDigest(wrappedValue: facts.sha256),
            compression: compression.description, uncompressedBytes: facts.uncompressedBytes,
            uncompressedSHA256: PackedDigest(wrappedValue: facts.uncompressedSHA256))
    }

    init(
        name: String, bytes: Int, sha256: PackedDigest, compression: String, uncompressedBytes: Int,
        uncompressedSHA256: PackedDigest
    ) {
        self.name = name
        self.bytes = bytes
        _sha256 = sha256
        self.compression = compression
        self.uncompressedBytes = uncompressedBytes
        _uncompressedSHA256 = uncompressedSHA256
    }

    /// What is impossible about its encryption, or nil.
    var encryptionFault: String? {
        guard let encryption else { return plainBytes == nil ? nil : "has plain bytes without an encryption" }
        if !["age", "gpg"].contains(encryption) { return "is encrypted with '\(encryption)', which is not known here" }
        return plainBytes ?? -1 < 0 || plainSHA256 == nil ? "does not tell what it decrypts to" : nil
    }

    package enum CodingKeys: String, CodingKey {
        case name, bytes, sha256, compression, encryption
        case plainBytes = "plain_bytes"
        case plainSHA256 = "plain_sha256"
        case uncompressedBytes = "uncompressed_bytes"
        case uncompressedSHA256 = "uncompressed_sha256"
    }
}

/// How a set that other means made came to count.
package struct AdoptionRecord: Hashable, Sendable, Codable {
    /// What the instant of the set was read from.
    package enum InstantSource: String, Hashable, Sendable, Codable {
        /// From day and time in the file's name, on the clock of the service's zone.
        case name
        /// From the file's time of modification: its name has the same day, but no time.
        case mtime
    }

    package var at: Date
    package var instantSource: InstantSource

    package init(at: Date, instantSource: InstantSource) {
        self.at = at
        self.instantSource = instantSource
    }

    package enum CodingKeys: String, CodingKey {
        case at
        case instantSource = "instant_source"
    }
}

/// When a set was proven, and how.
package struct VerificationRecord: Hashable, Sendable, Codable {
    package enum Check: String, Hashable, Sendable, Codable, CaseIterable {
        /// The stored file was read back and unpacked to the bytes that were compressed.
        case unpacked
        /// `integrity_check` of the unpacked database said ok.
        case integrity
        /// `foreign_key_check` was run; its findings are counted in the database's record.
        case foreignKeys = "foreign_keys"
        /// Schema, row counts and row hashes of the unpacked database are those of the manifest.
        case contents
    }

    package var at: Date
    package var checks: [Check]

    package init(at: Date, checks: [Check]) {
        self.at = at
        self.checks = checks
    }
}
