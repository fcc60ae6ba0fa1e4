/// Where the backup sets of a service lie and what is done with them; all paths are absolute.
package struct BackupSettings: Hashable, Sendable, Codable {
    /// The folder of each tier.
    package var daily: String
    package var weekly: String
    package var monthly: String
    /// Folders of backups that were made by other means and adopted.
    package var adopted: [AdoptedFolder]
    /// Nil where sets are stored as they are.
    package var encryption: BackupEncryption?
    /// Where copies of the sets go.
    package var offsite: [OffsiteTarget]

    package init(
        daily: String, weekly: String, monthly: String, adopted: [AdoptedFolder] = [],
        encryption: BackupEncryption? = nil, offsite: [OffsiteTarget] = []
    ) {
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
        self.adopted = adopted
        self.encryption = encryption
        self.offsite = offsite
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        daily = try container.decode(String.self, forKey: .daily)
        weekly = try container.decode(String.self, forKey: .weekly)
        monthly = try container.decode(String.self, forKey: .monthly)
        adopted = try container.decodeIfPresent([AdoptedFolder].self, forKey: .adopted) ?? []
        encryption = try container.decodeIfPresent(BackupEncryption.self, forKey: .encryption)
        offsite = try container.decodeIfPresent([OffsiteTarget].self, forKey: .offsite) ?? []
    }
}

/// A folder that Ronde did not lay out, and how many of its sets are kept in each unit of the calendar.
package struct AdoptedFolder: Hashable, Sendable, Codable {
    package var folder: String
    package var keep: TierCounts

    package init(folder: String, keep: TierCounts) {
        self.folder = folder
        self.keep = keep
    }
}

/// How many days, weeks and months keep a set.
package struct TierCounts: Hashable, Sendable, Codable {
    package var daily: Int
    package var weekly: Int
    package var monthly: Int

    package init(daily: Int, weekly: Int, monthly: Int) {
        self.daily = daily
        self.weekly = weekly
        self.monthly = monthly
    }

    /// What the runbook keeps: 7 days, 4 weeks, 12 months.
    package static let usual = TierCounts(daily: 7, weekly: 4, monthly: 12)
}

/// For whom sets are encrypted.
package struct BackupEncryption: Hashable, Sendable, Codable {
    package enum Method: Hashable, Sendable, Codable {
        /// Public keys: who encrypts need not be able to decrypt.
        case age(recipients: [String])
        /// The path of a file with one public key a line.
        case ageRecipientsFile(String)
        /// The path of a file whose first line is the passphrase.
        case gpg(passphraseFile: String)
    }

    package var method: Method
    /// The path of an age identity, where this host may read its own backups.
    package var identityFile: String?

    package init(method: Method, identityFile: String? = nil) {
        self.method = method
        self.identityFile = identityFile
    }
}

/// A place outside this host that gets copies of the sets.
package struct OffsiteTarget: Hashable, Sendable, Codable {
    package enum Place: Hashable, Sendable, Codable {
        /// A remote as rclone writes it, `nas:backups/api`, and the path of rclone's configuration.
        case rclone(remote: String, config: String?)
        case sftp(SFTPPlace)
    }

    package var name: String
    package var place: Place
    package var keep: TierCounts
    /// Bytes a second at most.
    package var bandwidth: ByteSize?

    package init(name: String, place: Place, keep: TierCounts = .usual, bandwidth: ByteSize? = nil) {
        self.name = name
        self.place = place
        self.keep = keep
        self.bandwidth = bandwidth
    }
}

/// A folder of an SFTP server.
package struct SFTPPlace: Hashable, Sendable, Codable {
    package var host: String
    package var port: Int
    package var user: String
    /// As the server names it.
    package var folder: String
    /// The path of the private key.
    package var identityFile: String
    /// The path of the file with the server's key, as `ssh-keyscan` writes it.
    package var knownHostsFile: String

    package init(
        host: String, port: Int = 22, user: String, folder: String, identityFile: String, knownHostsFile: String
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.folder = folder
        self.identityFile = identityFile
        self.knownHostsFile = knownHostsFile
    }
}
