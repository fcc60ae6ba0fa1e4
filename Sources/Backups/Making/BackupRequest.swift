package import Archiving
package import Encryption
package import Foundation
package import SQLiteFile
package import SystemPackage

/// What is to be backed up, how, and where to.
package struct BackupRequest: Sendable {
    package var identity: BackupIdentity
    /// The live SQLite file.
    package var source: FilePath
    /// The zone of the set's name.
    package var timeZone: TimeZone
    /// Where the set goes; the data is written once, into the first folder, and linked into the others.
    package var places: [BackupPlace]
    package var compression = Compression.gzip(level: 6)
    /// How the stored file is encrypted; nil where it is stored as it is.
    package var encryption: Encryption?
    /// What opens it again, where this host may: then that is tried before the set counts.
    package var decryption: Decryption?
    /// Whether the database is also written as SQL text, `backup_202512.sql.gz`; not beside encrypted sets.
    package var exportsSQL = false
    /// A folder for uncompressed copies, which are gone afterwards.
    package var scratch: FilePath
    /// All folders in which earlier sets of the database may lie.
    package var knownFolders: [FilePath]
    package var copy = CopyOptions(walLimit: 1 << 30)
    /// The most bytes a second that are copied, and that are stored; nil for as fast as it goes.
    package var bandwidth: Int?
    /// The share in percent by which rows, tables or bytes may fall below those of the last set that counts.
    package var largestFall = 50.0
    /// Why a database is kept that is about to be replaced; such a set is no backup to fall back on.
    package var keptFor: String?
    /// How long to wait for a lock of another connection, each time.
    package var busyTimeout = Duration.seconds(30)
    package var deadline: ContinuousClock.Instant?
    package var rondeVersion = ""

    package init(
        identity: BackupIdentity, source: FilePath, timeZone: TimeZone, places: [BackupPlace], scratch: FilePath
    ) {
        self.identity = identity
        self.source = source
        self.timeZone = timeZone
        self.places = places
        self.scratch = scratch
        knownFolders = places.map(\.folder)
    }

    /// What is left until the deadline, for programs that want to know how long they may run.
    var timeLeft: Duration { deadline.map { max($0 - .now, .zero) } ?? .seconds(86_400) }

    func checkDeadline(during operation: String) throws {
        guard let deadline, ContinuousClock.now >= deadline else { return }
        throw SQLiteFileError(.deadlinePassed, at: source, during: operation)
    }
}

/// What a backup is doing; the copy is checked while it is being compressed and read back.
package enum BackupStage: String, Hashable, Sendable, CaseIterable {
    case copying
    case compressing
    case verifying
    case encrypting
    case exporting
    case storing

    /// The share of the whole work that lies before it; from 0 to 1.
    private var start: Double {
        switch self {
        case .copying: 0
        case .compressing: 0.25
        case .verifying: 0.75
        case .encrypting: 0.88
        case .exporting: 0.92
        case .storing: 0.98
        }
    }

    /// How far the whole work is when so much of this stage is done.
    func overall(_ fraction: Double) -> Double {
        let next = Self.allCases.map(\.start).first { $0 > start } ?? 1
        return start + (next - start) * min(max(fraction, 0), 1)
    }
}

/// A verified set, stored in all its folders, and what making it showed.
package struct BackupResult: Hashable, Sendable {
    /// One for each folder, the first folder's first.
    package let sets: [BackupSet]
    package let manifest: BackupManifest
    package let copy: CopyReport
    /// Findings about foreign keys, which do not keep the copy from being faithful.
    package let foreignKeyFindings: [SQLiteFinding]
    /// What fell so far that the set does not count before a person has accepted it.
    package let anomalies: AnomalyReport?
    /// The SQL text, if it was asked for.
    package let export: FilePath?
    /// What was tidied up after backups that had been stopped, and what else is worth knowing, in words.
    package let notes: [String]
    package let duration: Duration
}
