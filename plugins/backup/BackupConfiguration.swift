import Archiving
package import Backups
package import Maintenance
import PluginKit
import SystemPackage

/// What a checklist may say of a backup.
package struct BackupConfiguration: Decodable, Sendable {
    package var database: String?
    package var tier: Tier
    package var also: [Tier]?
    package var keep: Int?
    package var keepAtLeast: Int?
    package var compression: String?
    package var encrypt: EncryptionChoice?
    package var sqlExport: Bool?
    package var largestFall: Percentage?
    package var bandwidth: ByteSize?
    package var walLimit: ByteSize?
    package var busyTimeout: TimeSpan?
    package var longestWriteBlock: TimeSpan?
    package var pause: TimeSpan?

    package enum CodingKeys: String, CodingKey {
        case database, tier, also, keep, compression, encrypt, bandwidth, pause
        case keepAtLeast = "keep_at_least"
        case sqlExport = "sql_export"
        case largestFall = "largest_fall"
        case walLimit = "wal_limit"
        case busyTimeout = "busy_timeout"
        case longestWriteBlock = "longest_write_block"
    }

    /// All tiers that the set serves, each once, the one that is pruned first.
    var tiers: [Tier] {
        ([tier] + (also ?? [])).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// Whether an export is made: it is not encrypted, so it does not go with sets that are unless somebody insists.
    func exportsSQL(encrypts: Bool) -> Bool { sqlExport ?? (tiers.contains(.monthly) && !encrypts) }

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
        if keep != nil || keepAtLeast != nil, tier == .manual {
            let name = keep == nil ? "keep_at_least" : "keep"
            throw TaskFailure(
                .unknown, "\(name): manual backups are never pruned; leave '\(name)' out or name another tier")
        }
        if let bandwidth, bandwidth.bytes < 1 {
            throw TaskFailure(.unknown, "bandwidth: 0 bytes a second would never end; leave it out for no limit")
        }
        _ = try chosenCompression()
        _ = try encrypt?.settings()
    }
}

/// For whom a task encrypts its sets; exactly one of the first three is given.
package struct EncryptionChoice: Decodable, Hashable, Sendable {
    package var age: [String]?
    package var ageRecipientsFile: String?
    package var gpgPassphraseFile: String?
    package var identityFile: String?

    package enum CodingKeys: String, CodingKey {
        case age
        case ageRecipientsFile = "age_recipients_file"
        case gpgPassphraseFile = "gpg_passphrase_file"
        case identityFile = "identity_file"
    }

    /// - Throws: `TaskFailure` where not exactly one way is named, or a path is not absolute.
    func settings() throws(TaskFailure) -> BackupEncryption {
        for (name, path) in [
            ("age_recipients_file", ageRecipientsFile), ("gpg_passphrase_file", gpgPassphraseFile),
            ("identity_file", identityFile),
        ] {
            if let path, !FilePath(path).isAbsolute {
                throw TaskFailure(.unknown, "encrypt: \(name): '\(path)' is not an absolute path")
            }
        }
        switch (age, ageRecipientsFile, gpgPassphraseFile) {
        case (let recipients?, nil, nil):
            return BackupEncryption(method: .age(recipients: recipients), identityFile: identityFile)
        case (nil, let file?, nil):
            return BackupEncryption(method: .ageRecipientsFile(file), identityFile: identityFile)
        case (nil, nil, let file?) where identityFile == nil:
            return BackupEncryption(method: .gpg(passphraseFile: file))
        case (nil, nil, .some):
            throw TaskFailure(.unknown, "encrypt: 'identity_file' is for age; the passphrase file opens what gpg made")
        default:
            throw TaskFailure(
                .unknown, "encrypt: name exactly one of 'age', 'age_recipients_file' and 'gpg_passphrase_file'")
        }
    }
}
