package import Encryption
package import Maintenance
package import SystemPackage

extension Encryption {
    /// As a service's configuration says.
    package init(_ settings: BackupEncryption) {
        switch settings.method {
        case .age(let recipients): self = .age(recipients: recipients)
        case .ageRecipientsFile(let path): self = .ageRecipientsFile(FilePath(path))
        case .gpg(let path): self = .gpg(passphraseFile: FilePath(path))
        }
    }
}

extension Decryption {
    /// What opens the sets of a service on this host; nil where it has no secret, as with age recipients alone.
    ///
    /// - Parameters:
    ///   - settings: how sets are encrypted now; nil where they are not.
    ///   - identityFile: an age identity that is given besides.
    package init?(_ settings: BackupEncryption?, identityFile: FilePath? = nil) {
        var identities = [identityFile].compactMap(\.self)
        if let file = settings?.identityFile.map({ FilePath($0) }), !identities.contains(file) {
            identities.append(file)
        }
        var passphrase: FilePath?
        if case .gpg(let file)? = settings?.method { passphrase = FilePath(file) }
        guard passphrase != nil || !identities.isEmpty else { return nil }
        self.init(identityFiles: identities, passphraseFile: passphrase)
    }
}
