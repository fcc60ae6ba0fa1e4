package import Backups
package import Foundation
package import Maintenance
package import Offsite
package import SystemPackage

/// One off-site place of a service's database: its destination, and which sets it should have.
///
/// The sets of a database have a folder of their own there, `FOLDER/SERVICE/DATABASE`, so that equal names never meet.
package struct OffsitePlace: Sendable {
    package let target: OffsiteTarget
    package let identity: BackupIdentity
    package let timeZone: TimeZone
    package let copy: OffsiteCopy

    /// - Parameters:
    ///   - target: what the configuration says.
    ///   - identity: whose sets.
    ///   - folder: the folder of daily backups, below which what is known of the copies is kept.
    ///   - timeZone: where days, weeks and months begin.
    ///   - scratch: a folder with room for the largest file.
    ///   - reverifyAfter: copies whose last comparison is older are compared again; nil for never.
    /// - Throws: `OffsiteError` when a setting cannot be used or a program is missing.
    package init(
        _ target: OffsiteTarget, of identity: BackupIdentity, folder: FilePath, timeZone: TimeZone, scratch: FilePath,
        reverifyAfter: Duration? = nil
    ) throws(OffsiteError) {
        self.target = target
        self.identity = identity
        self.timeZone = timeZone
        let limits = OffsiteLimits(bandwidth: target.bandwidth.map { Int($0.bytes) })
        let destination = try Self.destination(target.place, identity, scratch, limits)
        copy = try OffsiteCopy(
            name: "\(target.name)-\(identity.database)", destination: destination,
            stateFolder: folder.appending(".offsite"), reverifyAfter: reverifyAfter)
    }

    /// What should be there, and what need not be any more, by the place's own retention.
    ///
    /// - Throws: `BackupError` where nothing would be kept; `FileError` when a manifest cannot be read.
    package func plan(_ known: [KnownSet], there: [RemoteSet]) throws -> OffsitePlan {
        var here: [String: KnownSet] = [:]
        for set in known where set.counts && here["\(set.set.name)"] == nil { here["\(set.set.name)"] = set }
        var instants = here.mapValues(\.instant)
        for remote in there where instants[remote.name] == nil {
            // A name that tells no time is left alone.
            instants[remote.name] = SetName(remote.name, stem: identity.stem)?.nominalInstant(in: timeZone)
        }
        let names = instants.keys.sorted()
        let policy = RetentionPolicy(
            daily: target.keep.daily, weekly: target.keep.weekly, monthly: target.keep.monthly)
        let decisions = try policy.decide(names.compactMap { instants[$0] }, timeZone: timeZone)
        let now = Date()
        let kept = Set(decisions.filter(\.isKept).map { names[$0.index] })
            .union(here.filter { $0.value.isPinned(at: now) }.keys)
        let wanted = kept.compactMap { here[$0] }.sorted { $0.instant > $1.instant }
        return OffsitePlan(
            sets: try wanted.map { try Self.files(of: $0) },
            expired: there.filter { instants[$0.name] != nil && !kept.contains($0.name) })
    }

    private static func destination(
        _ place: OffsiteTarget.Place, _ identity: BackupIdentity, _ scratch: FilePath, _ limits: OffsiteLimits
    ) throws(OffsiteError) -> any OffsiteDestination {
        let below = "\(identity.service)/\(identity.database)"
        switch place {
        case .rclone(let remote, let config):
            let separator = remote.hasSuffix(":") || remote.hasSuffix("/") ? "" : "/"
            return try RcloneDestination(
                remote: remote + separator + below, configuration: config.map { FilePath($0) }, limits: limits)
        case .sftp(let place):
            let server = SFTPServer(
                host: place.host, port: place.port, user: place.user,
                folder: place.folder + (place.folder.hasSuffix("/") ? "" : "/") + below,
                identityFile: FilePath(place.identityFile), knownHostsFile: FilePath(place.knownHostsFile))
            return try SFTPDestination(server: server, scratch: scratch, limits: limits)
        }
    }

    private static func files(of known: KnownSet) throws -> OffsiteSet {
        let set = known.set
        let manifest = try set.manifestFile()
        return OffsiteSet(
            name: "\(set.name)",
            data: zip(set.filePaths, set.files).map {
                OffsiteFile(name: $1.name, path: $0, bytes: $1.bytes, sha256: $1.sha256)
            },
            manifest: OffsiteFile(
                name: set.manifestPath.lastComponent?.string ?? "", path: set.manifestPath, bytes: manifest.bytes,
                sha256: manifest.sha256))
    }
}

/// What one run of copying is to do.
package struct OffsitePlan: Sendable {
    /// Newest first.
    package let sets: [OffsiteSet]
    package let expired: [RemoteSet]
}
