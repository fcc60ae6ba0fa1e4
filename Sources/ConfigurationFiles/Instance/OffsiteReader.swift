import Maintenance
import SystemPackage
import YAMLDocument

/// Reads one item of `offsite:`: a name, `rclone:` or `sftp:`, what is kept there, and how fast to send.
struct OffsiteReader {
    let folder: FilePath

    func read(_ map: MappingReader) -> OffsiteTarget? {
        let name = map.required("name")?.name(of: "off-site place")
        let keep = map.optional("keep")?.mapping { CountsReader.read($0, prefix: "", usual: .usual) }
        let bandwidth = map.optional("bandwidth")?.value(ByteSize.init(parsing:))
        let rclone = map.optional("rclone")?.mapping(readRclone)
        let sftp = map.optional("sftp")?.mapping(readSFTP)
        guard map.isGiven("rclone") != map.isGiven("sftp") else {
            map.whole.mistake("an off-site place has 'rclone' or 'sftp', exactly one of them")
            return nil
        }
        guard let name, let place = rclone ?? sftp else { return nil }
        return OffsiteTarget(name: name, place: place, keep: keep ?? .usual, bandwidth: bandwidth)
    }

    private func readRclone(_ map: MappingReader) -> OffsiteTarget.Place? {
        let config = map.optional("config")?.path(from: folder)
        let remote = map.required("remote")?.value { text in
            // ':backend,option=value:path' makes a remote up on the spot, options and secrets with it.
            guard !text.hasPrefix(":"), !text.prefix(while: { $0 != ":" }).contains(",") else {
                throw ValueFault("give the remote a name in rclone's configuration: secrets are no part of this file")
            }
            guard text.contains(":"), !text.hasPrefix("-"), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw ValueFault("\(excerpt(text)) is no remote of rclone, such as nas:backups/api")
            }
            return text
        }
        return remote.map { .rclone(remote: $0, config: config?.string) }
    }

    private func readSFTP(_ map: MappingReader) -> OffsiteTarget.Place? {
        let host = map.required("host")?.value { try Self.word($0, "host") }
        let user = map.required("user")?.value { try Self.word($0, "user") }
        let port = map.optional("port")?.integer(in: 1...65_535)
        let path = map.required("folder")?.value { text in
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                throw ValueFault("a folder of a server has no control characters in its name")
            }
            return text
        }
        let identity = map.required("identity")?.path(from: folder)
        let knownHosts = map.required("known_hosts")?.path(from: folder)
        guard let host, let user, let path, let identity, let knownHosts else { return nil }
        return .sftp(
            SFTPPlace(
                host: host, port: port ?? 22, user: user, folder: path, identityFile: identity.string,
                knownHostsFile: knownHosts.string))
    }

    /// A text that no program takes for an option, and that has no blanks.
    private static func word(_ text: String, _ what: String) throws -> String {
        guard !text.hasPrefix("-"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("@") else {
            throw ValueFault("\(excerpt(text)) is no name of a \(what)")
        }
        return text
    }
}

/// Reads how many days, weeks and months keep a set: `daily`, `weekly` and `monthly`, with what stands before them.
enum CountsReader {
    static func read(_ map: MappingReader, prefix: String, usual: TierCounts) -> TierCounts {
        // One number alone means just that: nobody who writes 'daily: 4' expects twelve months besides.
        let isAnyGiven = ["daily", "weekly", "monthly"].contains { map.isGiven(prefix + $0) }
        func count(_ unit: String, _ usual: Int) -> Int {
            map.optional(prefix + unit)?.integer(in: 0...10_000) ?? (isAnyGiven ? 0 : usual)
        }
        let counts = TierCounts(
            daily: count("daily", usual.daily), weekly: count("weekly", usual.weekly),
            monthly: count("monthly", usual.monthly))
        if counts == TierCounts(daily: 0, weekly: 0, monthly: 0) {
            map.whole.mistake("all counts are 0: nothing would be kept")
        }
        return counts
    }
}
