package import SystemPackage

/// A folder of a server that is reached by SFTP, and the only key by which it is known.
package struct SFTPServer: Hashable, Sendable {
    /// A host name or address.
    package var host: String
    package var port: Int
    package var user: String
    /// The folder for the copies: absolute, or from where the server puts the user.
    package var folder: String
    /// The private key, without passphrase, that only its owner can read.
    package var identityFile: FilePath
    /// The public keys of the server, one a line, as in `~/.ssh/known_hosts`; no other server is talked to.
    package var knownHostsFile: FilePath

    package init(
        host: String, port: Int = 22, user: String, folder: String, identityFile: FilePath, knownHostsFile: FilePath
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.folder = folder
        self.identityFile = identityFile
        self.knownHostsFile = knownHostsFile
    }

    /// Where it is, for people: `sftp://user@host:port/folder`.
    var place: String {
        "sftp://\(user)@\(host):\(port)\(folder.hasPrefix("/") ? "" : "/~/")\(folder)"
    }

    /// What is wrong with it, or nil: nothing may be taken for an option or for more than one word.
    var fault: String? {
        func isWord(_ text: String) -> Bool {
            !text.isEmpty && !text.hasPrefix("-")
                && text.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                        || "._-:%".utf8.contains($0)
                }
        }
        if !isWord(host) { return "'\(host)' is no host name or address" }
        if !isWord(user) { return "'\(user)' is no user name" }
        if !(1...65_535).contains(port) { return "\(port) is no port" }
        if folder.isEmpty || folder.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            return "'\(folder)' is no folder"
        }
        for file in [identityFile, knownHostsFile] where file.string.contains(where: { "\"%$\\~\n".contains($0) }) {
            return "ssh cannot be given '\(file)': the path has one of the characters \" % $ \\ ~"
        }
        return nil
    }

    /// Arguments of `sftp`: commands come by standard input, nobody is asked, and no other key or host is tried.
    func arguments(_ limits: OffsiteLimits) -> [String] {
        let seconds = max(limits.connecting.components.seconds, 1)
        let interval = max(limits.idle.components.seconds / 3, 1)
        let settings = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "UserKnownHostsFile=\"\(knownHostsFile.absolute)\"",
            "GlobalKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "IdentityFile=\"\(identityFile.absolute)\"",
            "IdentityAgent=none", "PreferredAuthentications=publickey", "UpdateHostKeys=no", "ProxyCommand=none",
            "ControlMaster=no", "ControlPath=none", "ClearAllForwardings=yes", "ForwardAgent=no",
            "PermitLocalCommand=no", "ConnectTimeout=\(seconds)", "ServerAliveInterval=\(interval)",
            "ServerAliveCountMax=3", "LogLevel=ERROR", "User=\(user)",
        ]
        // sftp counts kilobits a second.
        let bandwidth = limits.bandwidth.map { ["-l", "\(max($0 / 128, 1))"] } ?? []
        return ["-F", "none"] + settings.flatMap { ["-o", $0] } + bandwidth
            + ["-P", "\(port)", "-b", "-", host.contains(":") ? "[\(host)]" : host]
    }
}
