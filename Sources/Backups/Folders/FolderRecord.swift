import DurableFiles
package import Foundation
import Maintenance
package import SystemPackage

/// What is known of the sets of one folder beyond their manifests: `.ronde-backups.json` in that folder.
///
/// Keys are set names, `test_20251216_020000`. The file is written durably under the folder's lock.
package struct FolderRecord: Codable, Hashable, Sendable {
    /// That a set must stay.
    package struct Pin: Codable, Hashable, Sendable {
        package var note: String
        /// When it ends to protect; nil for never.
        package var until: Date?
        package var since: Date

        package init(note: String, until: Date? = nil, since: Date) {
            self.note = note
            self.until = until
            self.since = since
        }

        package func protects(at now: Date) -> Bool { until.map { now < $0 } ?? true }
    }

    /// The last drill of a set.
    package struct Proof: Codable, Hashable, Sendable {
        package enum Outcome: String, Codable, Hashable, Sendable { case ok, failed }

        package var at: Date
        package var outcome: Outcome
        /// What failed, or what was noteworthy.
        package var detail: String?
        /// How long the drill took.
        package var seconds: Double

        package init(at: Date, outcome: Outcome, detail: String? = nil, seconds: Double) {
            self.at = at
            self.outcome = outcome
            self.detail = detail
            self.seconds = seconds
        }
    }

    /// That a person accepted what was suspicious about a set.
    package struct Acceptance: Codable, Hashable, Sendable {
        package var at: Date
        package var note: String

        package init(at: Date, note: String) {
            self.at = at
            self.note = note
        }
    }

    /// The file's name in the folder.
    package static let fileName = ".ronde-backups.json"
    private static let currentFormat = 1
    private static let longest = 64 << 20

    package var pins: [String: Pin] = [:]
    package var drills: [String: Proof] = [:]
    package var acceptances: [String: Acceptance] = [:]
    /// When pruning last found the clock to be right, or a person confirmed it.
    package var lastPruned: Date?
    /// The instant of the newest set at that time.
    package var newestSeen: Date?

    package init() {}

    /// Reads the record of a folder; a missing one is empty.
    ///
    /// - Throws: ``BackupError/recordDamaged(_:reason:)``; `FileError` when it cannot be read.
    package static func read(_ folder: FilePath) throws -> FolderRecord {
        let path = folder.appending(fileName)
        guard let bytes = try bytes(of: path) else { return FolderRecord() }
        do {
            return try RecordCoding.decoder().decode(FolderRecord.self, from: Data(bytes))
        } catch {
            let reason = bytes.isEmpty ? "the file is empty" : RecordCoding.explain(error)
            throw BackupError.recordDamaged(path, reason: reason)
        }
    }

    /// Nil where there is no file.
    private static func bytes(of path: FilePath) throws -> [UInt8]? {
        do {
            return try DurableFile.read(path, limit: longest)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory: return nil
            case .fileTooLarge, .isDirectory: throw BackupError.recordDamaged(path, reason: error.cause)
            default: throw error
            }
        }
    }

    /// Changes the record of a folder under its lock, and drops what is said of sets that are gone.
    ///
    /// - Parameters:
    ///   - folder: it must exist.
    ///   - change: what to change; if it throws, nothing is written.
    /// - Returns: what `change` returned.
    /// - Throws: ``BackupError``, `FileError`, and what `change` throws.
    package static func update<R>(_ folder: FilePath, _ change: (inout FolderRecord) throws -> R) throws -> R {
        try BackupFolder(path: folder).locked(purpose: "noting something about a backup") {
            try updateLocked(folder, change)
        }
    }

    /// The same for a caller who holds the folder's lock.
    static func updateLocked<R>(_ folder: FilePath, _ change: (inout FolderRecord) throws -> R) throws -> R {
        let old = try read(folder)
        var record = old
        let result = try change(&record)
        try record.dropLost(in: folder)
        if record != old { try record.write(to: folder) }
        return result
    }

    private func write(to folder: FilePath) throws {
        let bytes = try RecordCoding.encoder(indented: true).encode(self)
        try DurableFile.write(
            [UInt8](bytes) + [0x0A], to: folder.appending(Self.fileName), permissions: .ownerReadWrite)
    }

    private mutating func dropLost(in folder: FilePath) throws {
        let names = Set(pins.keys).union(drills.keys).union(acceptances.keys)
        for name in names where try !Self.isSet(name, in: folder) {
            pins[name] = nil
            drills[name] = nil
            acceptances[name] = nil
        }
    }

    private static func isSet(_ name: String, in folder: FilePath) throws -> Bool {
        guard let file = FilePath.Component(name + SetName.manifestEnding), file.kind == .regular else { return false }
        return try FileFacts.of(folder.appending(file), followingLinks: false) != nil
    }

    // MARK: Coding

    private enum CodingKeys: String, CodingKey {
        case format, pins, drills, acceptances
        case lastPruned = "last_pruned"
        case newestSeen = "newest_seen"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let format = try container.decode(Int.self, forKey: .format)
        guard format == Self.currentFormat else {
            throw DecodingError.dataCorruptedError(
                forKey: .format, in: container, debugDescription: "\(format) is not known here; a newer Ronde wrote it")
        }
        pins = try container.decodeIfPresent([String: Pin].self, forKey: .pins) ?? [:]
        drills = try container.decodeIfPresent([String: Proof].self, forKey: .drills) ?? [:]
        acceptances = try container.decodeIfPresent([String: Acceptance].self, forKey: .acceptances) ?? [:]
        lastPruned = try container.decodeIfPresent(Date.self, forKey: .lastPruned)
        newestSeen = try container.decodeIfPresent(Date.self, forKey: .newestSeen)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.currentFormat, forKey: .format)
        try container.encode(pins, forKey: .pins)
        try container.encode(drills, forKey: .drills)
        try container.encode(acceptances, forKey: .acceptances)
        try container.encodeIfPresent(lastPruned, forKey: .lastPruned)
        try container.encodeIfPresent(newestSeen, forKey: .newestSeen)
    }
}

extension FolderRecord.Pin {
    /// As in `pinned until 2027-01-31T00:00:00+01:00: before the migration`.
    package func reason(in timeZone: TimeZone) -> String {
        let end = until.map { " until \(InstantText.format($0, in: timeZone))" } ?? ""
        return "pinned\(end)" + (note.isEmpty ? "" : ": \(note)")
    }
}
