package import Foundation
import Maintenance

/// What a restore would do, put before a person before anything is done.
///
/// As JSON its keys are in snake case and all there, null where there is no value; sizes in bytes, instants ISO 8601.
package struct RestorePlan: Hashable, Sendable, Codable {
    /// What a confirmation names; see ``accepts(_:)``.
    package var id: String
    package var kind: Kind
    package var service: String
    /// The database's name in the service's configuration.
    package var database: String
    package var source: Source
    package var target: Target
    /// What each table has now and would have; empty where neither is known.
    package var tables: [TableChange]
    /// What the restore needs of each file system.
    package var room: [Room]
    package var control: Control
    /// Who has the database open now.
    package var openers: [DatabaseOpener]
    package var warnings: [String]
    /// The id of the same plan for a database that is being written to.
    var looseID: String

    package enum Kind: String, Hashable, Sendable, Codable { case restore, undo }

    /// What is put in place.
    package struct Source: Hashable, Sendable, Codable {
        package enum Kind: String, Hashable, Sendable, Codable {
            case set, file
            /// What the last restore replaced.
            case replaced
            /// No database: there was none before the restore that is undone.
            case nothing
        }

        package var kind: Kind
        /// A set's name or a file's.
        package var name: String
        package var path: String?
        /// Such as `SQLite database, gzip` or `SQL text`; nil where only decryption will tell.
        package var format: String?
        /// As stored.
        package var bytes: Int
        /// Unpacked; nil where that is known only then.
        package var unpackedBytes: Int?
        package var sha256: String?
        /// When the set's snapshot was taken, or when the replaced database was last the live one.
        package var instant: Date?
        package var ageSeconds: Double?
        /// When the set was last proven.
        package var verifiedAt: Date?

        package enum CodingKeys: String, CodingKey {
            case kind, name, path, format, bytes, sha256, instant
            case unpackedBytes = "unpacked_bytes"
            case ageSeconds = "age_seconds"
            case verifiedAt = "verified_at"
        }
    }

    /// What is there now.
    package struct Target: Hashable, Sendable, Codable {
        package enum Condition: String, Hashable, Sendable, Codable {
            case readable
            case damaged
            case missing
            case empty
            /// A journal of an interrupted write lies beside it; it is rolled back when SQLite opens the file next.
            case unfinishedWrite = "unfinished_write"
            /// Another connection kept its lock.
            case busy
        }

        package var path: String
        /// Without symbolic links.
        package var resolvedPath: String
        package var condition: Condition
        /// Why it cannot be read, in SQLite's words.
        package var detail: String?
        package var bytes: Int
        /// Of its `-wal`.
        package var walBytes: Int
        package var journalMode: String?

        package enum CodingKeys: String, CodingKey {
            case path, condition, detail, bytes
            case resolvedPath = "resolved_path"
            case walBytes = "wal_bytes"
            case journalMode = "journal_mode"
        }
    }

    /// What becomes of a table.
    package struct TableChange: Hashable, Sendable, Codable {
        package var table: String
        /// Nil where the table is not there, or the database cannot be read.
        package var rowsNow: Int?
        /// Nil where the table will not be there, or the source is not known yet.
        package var rowsAfter: Int?
        /// Whether names or rows differ; nil where one side is not known.
        package var isChanged: Bool?

        package enum CodingKeys: String, CodingKey {
            case table
            case rowsNow = "rows_now"
            case rowsAfter = "rows_after"
            case isChanged = "is_changed"
        }
    }

    /// The room on one file system.
    package struct Room: Hashable, Sendable, Codable, CustomStringConvertible {
        package var path: String
        package var purpose: String
        package var neededBytes: Int
        package var freeBytes: Int

        package var isEnough: Bool { freeBytes >= neededBytes }

        package var description: String {
            "\(path): \(ByteSize(bytes: Int64(neededBytes))) needed for \(purpose),"
                + " \(ByteSize(bytes: Int64(freeBytes))) free"
        }

        package enum CodingKeys: String, CodingKey {
            case path, purpose
            case neededBytes = "needed_bytes"
            case freeBytes = "free_bytes"
        }
    }

    /// What happens to the service.
    package struct Control: Hashable, Sendable, Codable {
        /// Such as `systemctl stop api.service`; nil where a person stops the service.
        package var stop: String?
        package var start: String?
        /// Nil where nobody can tell.
        package var isRunning: Bool?
        /// How it is looked at after its start; nil where it is not.
        package var health: Health?

        package enum CodingKeys: String, CodingKey {
            case stop, start, health
            case isRunning = "is_running"
        }
    }

    /// What the service has to say for the restore to stay.
    package struct Health: Hashable, Sendable, Codable {
        /// What is asked until it answers with a status from 200 to 299.
        package var url: String
        /// After which the old database comes back.
        package var limitSeconds: Double

        package enum CodingKeys: String, CodingKey {
            case url
            case limitSeconds = "limit_seconds"
        }
    }

    package enum CodingKeys: String, CodingKey {
        case id, kind, service, database, source, target, tables, room, control, openers, warnings
        case looseID = "loose_id"
    }

    /// Whether a confirmation still means this plan.
    ///
    /// A plan is named by its source, the database's path and inode and, unless a process has the database open, by the
    /// size and time of the database's files. A service that writes would otherwise void each plan before anybody
    /// could confirm it; what such a plan says is lost may grow until the service is stopped.
    package func accepts(_ confirmed: String) -> Bool { confirmed == id || confirmed == looseID }

    /// Whether the database may still change before it is replaced.
    package var isLoose: Bool { id == looseID }
    /// The tables of which rows of now will not be there, by name or number or content.
    package var losses: [TableChange] { tables.filter { $0.rowsNow != nil && $0.isChanged != false } }
}
