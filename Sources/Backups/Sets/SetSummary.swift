package import Foundation

/// What lists, retention and the choice of a set need to know of it; the manifest has the rest.
package struct SetSummary: Hashable, Sendable {
    package let service: String
    /// The name of the database in the service's configuration.
    package let database: String
    package let instant: Date
    package let tiers: [Tier]
    package let files: [FileRecord]
    /// The name of the SQL export made from the same snapshot.
    package let export: String?
    /// The rows of all tables together.
    package let rows: Int
    package let tables: Int
    /// When the set was proven as it was made.
    package let verifiedAt: Date
    /// What was suspicious about the snapshot when it was compared with the one before.
    package let anomalies: [Anomaly]
    /// Nil for a set that Ronde made.
    package let adopted: AdoptionRecord?
    /// Why the database was kept before a restore replaced it; nil for a backup proper.
    package let keptFor: String?

    init(
        service: String, database: String, instant: Date, tiers: [Tier], files: [FileRecord], export: String?,
        rows: Int, tables: Int, verifiedAt: Date, anomalies: [Anomaly], adopted: AdoptionRecord?,
        keptFor: String? = nil
    ) {
        self.service = service
        self.database = database
        self.instant = instant
        self.tiers = tiers
        self.files = files
        self.export = export
        self.rows = rows
        self.tables = tables
        self.verifiedAt = verifiedAt
        self.anomalies = anomalies
        self.adopted = adopted
        self.keptFor = keptFor
    }

    package init(of manifest: BackupManifest) {
        service = manifest.service
        database = manifest.database.name
        instant = manifest.instant
        tiers = manifest.tiers
        files = manifest.files
        export = manifest.export?.name
        rows = manifest.rows
        tables = manifest.database.tables.count
        verifiedAt = manifest.verification.at
        anomalies = manifest.anomalies ?? []
        adopted = manifest.adopted
        keptFor = manifest.keptFor
    }

    /// The stored bytes of all files together.
    package var bytes: Int { files.reduce(0) { $0 + $1.bytes } }
}
