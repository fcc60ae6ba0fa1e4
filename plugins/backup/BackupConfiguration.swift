import Archiving
package import Backups
package import Maintenance
import PluginKit

/// What a checklist may say of a backup.
package struct BackupConfiguration: Decodable, Sendable {
    package var database: String?
    package var tier: Tier
    package var also: [Tier]?
    package var keep: Int?
    package var compression: String?
    package var sqlExport: Bool?
    package var busyTimeout: TimeSpan?
    package var longestWriteBlock: TimeSpan?
    package var pause: TimeSpan?

    package enum CodingKeys: String, CodingKey {
        case database, tier, also, keep, compression, pause
        case sqlExport = "sql_export"
        case busyTimeout = "busy_timeout"
        case longestWriteBlock = "longest_write_block"
    }

    /// All tiers that the set serves, each once, the one that is pruned first.
    var tiers: [Tier] {
        ([tier] + (also ?? [])).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    var exportsSQL: Bool { sqlExport ?? tiers.contains(.monthly) }

    func chosenCompression() throws(TaskFailure) -> Compression {
        guard let compression else { return .gzip(level: 6) }
        guard let known = Compression(compression) else {
            throw TaskFailure(
                .unknown, "compression: '\(compression)' is not known; use none, gzip, gzip:9, zstd or zstd:3:2")
        }
        return known
    }

    /// - Throws: `TaskFailure` where parameters contradict each other.
    func check() throws(TaskFailure) {
        if let keep, keep < 1 { throw TaskFailure(.unknown, "\(BackupError.keepsNothing(keep))") }
        if keep != nil, tier == .manual {
            throw TaskFailure(.unknown, "keep: manual backups are never pruned; leave 'keep' out or name another tier")
        }
        _ = try chosenCompression()
    }
}
