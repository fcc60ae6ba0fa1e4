package import Foundation
package import SystemPackage

/// Backups that other means made, and what they are to become.
package struct AdoptionRequest: Hashable, Sendable {
    package var identity: BackupIdentity
    package var folder: FilePath
    /// The tiers whose folder it is; none for a pool.
    package var tiers: [Tier]
    /// The live database's file, which the manifests name.
    package var source: FilePath
    /// On whose clock the names were made.
    package var timeZone: TimeZone
    /// A folder for unpacked copies, which are gone afterwards.
    package var scratch: FilePath
    /// Whether folder and files are made accessible to their owner alone.
    package var tightens: Bool
    /// Whether everything is looked at and nothing is written.
    package var isDryRun: Bool
    package var deadline: ContinuousClock.Instant?
    package var rondeVersion: String

    package init(
        identity: BackupIdentity, folder: FilePath, tiers: [Tier], source: FilePath, timeZone: TimeZone,
        scratch: FilePath, tightens: Bool = false, isDryRun: Bool = false, rondeVersion: String = ""
    ) {
        self.identity = identity
        self.folder = folder
        self.tiers = tiers
        self.source = source
        self.timeZone = timeZone
        self.scratch = scratch
        self.tightens = tightens
        self.isDryRun = isDryRun
        self.rondeVersion = rondeVersion
    }
}

/// What became of the files of a folder; `ronde backups adopt --json` prints it.
package struct AdoptionReport: Hashable, Sendable, Codable {
    package struct File: Hashable, Sendable, Codable {
        package enum Outcome: String, Hashable, Sendable, Codable {
            /// It is a set now; in a dry run: it would be one.
            case adopted
            /// It was to be one, but it is damaged or cannot be trusted.
            case refused
            /// It is nothing that could be a set.
            case skipped
        }

        /// The file's name.
        package let file: String
        package let outcome: Outcome
        /// Why it was not adopted.
        package let reason: String?
        package let instant: Date?
        package let instantSource: AdoptionRecord.InstantSource?
        /// The stored bytes.
        package let bytes: Int
        /// The rows of all tables together.
        package let rows: Int?

        package enum CodingKeys: String, CodingKey {
            case file, outcome, reason, instant, bytes, rows
            case instantSource = "instant_source"
        }
    }

    /// What others may do with the folder or a file.
    package struct Exposure: Hashable, Sendable, Codable {
        /// The absolute path.
        package let path: String
        /// As `chmod` takes it: `644`.
        package let permissions: String
        /// Whether it is accessible to its owner alone now.
        package let isTightened: Bool

        package enum CodingKeys: String, CodingKey {
            case path, permissions
            case isTightened = "tightened"
        }
    }

    /// The absolute path.
    package let folder: String
    package let tiers: [Tier]
    package let isDryRun: Bool
    /// The oldest first.
    package internal(set) var files: [File]
    package internal(set) var exposures: [Exposure]

    package var adopted: [File] { files.filter { $0.outcome == .adopted } }
    package var refused: [File] { files.filter { $0.outcome == .refused } }

    package enum CodingKeys: String, CodingKey {
        case folder, tiers, files, exposures
        case isDryRun = "dry_run"
    }
}
