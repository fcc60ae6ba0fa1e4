import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `backups:` of a service.
struct BackupSettingsReader {
    let folder: FilePath
    let service: String
    let rules: FolderRules

    func read(_ map: MappingReader) -> BackupSettings? {
        let (daily, weekly, monthly) = (tier("daily", map), tier("weekly", map), tier("monthly", map))
        let adopted = map.optional("adopted")?.list { $0.mapping(readAdopted) }
        let encryption = map.optional("encryption")?.mapping(readEncryption)
        let offsite = map.optional("offsite")?.list { reader in
            reader.mapping { OffsiteReader(folder: folder).read($0) }.map { ($0, reader) }
        }
        refuseTwins(offsite ?? [])
        guard let daily, let weekly, let monthly else { return nil }
        // A set that was to be encrypted must not be stored as it is because its keys are mistyped.
        if map.isGiven("encryption"), encryption == nil { return nil }
        return BackupSettings(
            daily: daily, weekly: weekly, monthly: monthly, adopted: adopted ?? [], encryption: encryption,
            offsite: (offsite ?? []).map(\.0))
    }

    private func tier(_ tier: String, _ map: MappingReader) -> String? {
        guard let reader = map.required(tier), let path = reader.path(from: folder) else { return nil }
        rules.addBackups(path, "the \(tier) backups of '\(service)'", at: reader)
        return path.string
    }

    private func readAdopted(_ map: MappingReader) -> AdoptedFolder? {
        let reader = map.required("folder")
        let path = reader?.path(from: folder)
        let keep = CountsReader.read(map, prefix: "keep_", usual: .usual)
        guard let reader, let path else { return nil }
        rules.addBackups(path, "the adopted backups of '\(service)'", at: reader)
        return AdoptedFolder(folder: path.string, keep: keep)
    }

    private func readEncryption(_ map: MappingReader) -> BackupEncryption? {
        let kinds = ["age", "age_recipients_file", "gpg_passphrase_file"]
        let given = kinds.filter(map.isGiven)
        let identity = map.optional("identity").map { (reader: $0, path: $0.path(from: folder)) }
        guard given.count == 1 else {
            map.whole.mistake("'encryption' has exactly one of \(kinds.joined(separator: ", "))")
            map.ignore("age", "age_recipients_file", "gpg_passphrase_file")
            return nil
        }
        let method: BackupEncryption.Method?
        switch given[0] {
        case "age":
            method = map.optional("age")?.list(count: 1...64) { $0.value(Self.recipient) }.map { .age(recipients: $0) }
        case "age_recipients_file":
            method = map.optional(given[0])?.path(from: folder).map { .ageRecipientsFile($0.string) }
        default:
            method = map.optional(given[0])?.path(from: folder).map { .gpg(passphraseFile: $0.string) }
            if let identity { identity.reader.mistake("'identity' is a file of age; GPG needs the passphrase only") }
        }
        return method.map { BackupEncryption(method: $0, identityFile: identity?.path?.string) }
    }

    private static func recipient(_ text: String) throws -> String {
        if text.hasPrefix("AGE-SECRET-KEY-") {
            throw ValueFault("this is a secret key; give the public one, which begins with 'age1'")
        }
        guard text.hasPrefix("age1") || text.hasPrefix("ssh-ed25519 ") || text.hasPrefix("ssh-rsa ") else {
            throw ValueFault("\(excerpt(text)) is no recipient of age, such as age1… or ssh-ed25519 …")
        }
        return text
    }

    private func refuseTwins(_ targets: [(OffsiteTarget, ValueReader)]) {
        var seen: Set<String> = []
        for (target, reader) in targets where !seen.insert(target.name).inserted {
            reader.mistake("there are two off-site places named '\(target.name)'")
        }
    }
}
