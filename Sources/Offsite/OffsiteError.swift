package import SystemPackage

/// Why something at a destination did not succeed.
package struct OffsiteError: Error, Hashable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// The program is not installed; `package` is Debian's name of what has it.
        case missingProgram(String, package: String)
        /// The configuration of the destination cannot be used.
        case setting(String)
        /// Others than its owner have access to this file with a secret.
        case secretExposed(FilePath, FilePermissions)
        case name(String, reason: String)
        /// The server is not the one that its known key belongs to, or no key of it is known.
        case hostKey
        /// The server does not let us in.
        case notLetIn(String)
        case unreachable(String)
        case denied(String)
        case noRoom(String)
        case noFolder
        /// What is there has other bytes than were sent, twice in a row.
        case mismatch
        /// The file of this host is missing or is not what its manifest says.
        case localFile(String)
        case timedOut(Duration)
        case cancelled
        /// Another process copies to the same destination.
        case busy(String)
        case failed(String)
    }

    /// The destination, as its configuration names it.
    package let destination: String
    /// What was tried, as words that fit after "cannot".
    package let operation: String
    package let cause: Cause

    package init(destination: String, operation: String, cause: Cause) {
        self.destination = destination
        self.operation = operation
        self.cause = cause
    }

    /// Whether trying again at once may help.
    package var mayPass: Bool {
        switch cause {
        case .unreachable, .failed: true
        default: false
        }
    }

    package var description: String { "cannot \(operation) at \(destination): \(reason)" }

    private var reason: String {
        switch cause {
        case .missingProgram(let name, let package):
            "the program '\(name)' is not installed; install the Debian package '\(package)'"
        case .setting(let words): words
        case .secretExposed(let path, let permissions):
            "'\(path)' holds a secret and has permissions \(String(permissions.rawValue, radix: 8)), so that others have "
                + "access to it; run chmod 600"
        case .name(let name, let why): "'\(name.prefix(100))' is no usable name: \(why)"
        case .hostKey:
            "the server's key is not the known one; compare its fingerprint with the one its owner gives, and only then "
                + "put the key into the known hosts file"
        case .notLetIn(let words): "the server does not let us in (\(words)); check user and key on both sides"
        case .unreachable(let words): "the connection failed (\(words)); check address, network and server"
        case .denied(let words): "it is not allowed (\(words)); check the rights of the account at the destination"
        case .noRoom(let words): "the destination has no room (\(words)); free some, or keep fewer sets there"
        case .noFolder: "the folder does not exist there"
        case .mismatch: "what arrived has other bytes than what was sent, twice; check the destination's storage"
        case .localFile(let words): words
        case .timedOut(let limit): "it took longer than \(limit.components.seconds) s; allow more time or bandwidth"
        case .cancelled: "it was cancelled"
        case .busy(let who): "\(who) is copying to it; wait for that"
        case .failed(let words): words
        }
    }
}

extension OffsiteError.Cause {
    /// Reads what ssh, sftp and rclone write in English when something goes wrong.
    static func reading(_ text: String) -> OffsiteError.Cause {
        let words = shortened(text)
        let lower = text.lowercased()
        func says(_ parts: String...) -> Bool { parts.contains { lower.contains($0) } }
        if says("host key verification failed", "host key is known", "knownhosts: key") { return .hostKey }
        if says("permission denied (", "unable to authenticate", "no supported authentication", "invalidaccesskeyid") {
            return .notLetIn(words)
        }
        if says("signaturedoesnotmatch", "401 unauthorized") { return .notLetIn(words) }
        if says("write local") { return .localFile("this host has no room for what is brought back (\(words))") }
        if says("no space left", "remaining disk space", "insufficient storage", "quota", "entitytoolarge") {
            return .noRoom(words)
        }
        // The SFTP protocol before version 5 has no word for a full disk.
        if says("write remote"), says(": failure") { return .noRoom("the server says only 'Failure'") }
        if says("permission denied", "access denied", "accessdenied", "403 forbidden", "read-only file system") {
            return .denied(words)
        }
        if says(
            "connection refused", "connection reset", "connection closed", "connection lost", "connection timed out",
            "could not resolve", "no such host", "unreachable", "no route to host", "i/o timeout", "broken pipe",
            "client_loop", "timeout, server", "unexpected eof", "connect: ")
        {
            return .unreachable(words)
        }
        return .failed(words.isEmpty ? "the program gives no reason" : words)
    }

    /// The last lines, in which programs name the cause, in one.
    private static func shortened(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            line.unicodeScalars.filter { $0.properties.generalCategory != .control }.reduce(into: "") {
                $0.unicodeScalars.append($1)
            }
        }
        let telling = lines.filter { !$0.hasPrefix("Connected to ") && !$0.isEmpty }
        return String(telling.suffix(3).joined(separator: ", ").suffix(400))
    }
}
