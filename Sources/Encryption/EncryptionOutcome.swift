import DurableFiles
import Processes
import SystemPackage

/// What the end of a program means for the file it worked on.
struct EncryptionOutcome {
    let program: String
    let operation: EncryptionError.Operation
    let path: FilePath
    let target: FilePath

    /// - Throws: ``EncryptionError``, `FileError` for a full disk, `CancellationError`; unless it ended well.
    func check(_ report: ChildReport, timeLimit: Duration) throws {
        switch report.end {
        case .exited(0) where program == "gpg":
            if let fault = GPGStatus(report.errorText).fault(operation) {
                throw EncryptionError(operation, path, fault)
            }
        case .exited(0): break
        case .exited(let status): throw failure(report.errorText, "exited with status \(status)")
        case .signalled(let signal):
            throw EncryptionError(
                operation, path, .failed(program: program, how: "was ended by signal \(signal)", words: ""))
        case .timedOut: throw EncryptionError(operation, path, .timedOut(timeLimit))
        case .flooded:
            throw EncryptionError(operation, path, .failed(program: program, how: "wrote without end", words: ""))
        case .cancelled: throw CancellationError()
        }
    }

    private func failure(_ text: String, _ how: String) -> any Error {
        // Messages are those of LC_ALL=C.
        if text.contains("No space left on device") || text.contains("no space left on device") {
            return FileError(operation: "write", path: target, errno: .noSpace)
        }
        let cause =
            program == "gpg" ? GPGStatus(text).cause(operation) : operation == .decrypting ? ageCause(text) : nil
        return EncryptionError(
            operation, path, cause ?? .failed(program: program, how: how, words: words(text)))
    }

    private func ageCause(_ text: String) -> EncryptionError.Cause? {
        func says(_ parts: String...) -> Bool { parts.contains { text.contains($0) } }
        if says("no identity matched any of the recipients") {
            return .wrongSecret("none of the identities opens it, or its header was altered")
        }
        if says("could not read passphrase for") {
            return .secretUnusable("the identity itself is under a passphrase; give one without")
        }
        if says("could not read passphrase") {
            return .wrongSecret("it was encrypted with a passphrase and not for an identity")
        }
        // What age says of an identity file may quote it.
        if says("error: reading \"", "malformed", "unknown identity type") && !says("header") {
            return .secretUnusable("age finds no identity in it that it can use")
        }
        let signs = [
            "payload", "header", "armor", "trailing data", "EOF", "nonce", "stream", "chunk", "failed to parse",
        ]
        return signs.contains { text.contains($0) } ? .damaged(words(text)) : nil
    }

    /// The program's own words without its name, in one line.
    private func words(_ text: String) -> String {
        let lines = text.split(separator: "\n").filter {
            !$0.hasPrefix("[GNUPG:]") && !$0.hasPrefix("age: report unexpected")
                && !$0.hasPrefix("gpg: WARNING: unsafe")
        }
        let plain = lines.map { line in
            ["age: error: ", "gpg: "].reduce(line) { $0.hasPrefix($1) ? $0.dropFirst($1.count) : $0 }
        }
        return String(plain.joined(separator: ", ").prefix(400))
    }
}

/// The status lines of gpg (`DETAILS` in its documentation), which say more than its exit status.
struct GPGStatus {
    private let words: [String]
    private let details: [String]

    init(_ text: String) {
        let lines = text.split(separator: "\n").filter { $0.hasPrefix("[GNUPG:] ") }.map { $0.dropFirst(9) }
        words = lines.map { String($0.prefix { $0 != " " }) }
        details = lines.map(String.init)
    }

    /// What is wrong although gpg exited with 0; nil where nothing is.
    ///
    /// gpg also "decrypts" what was never encrypted, so the one encrypted message must be all there was.
    func fault(_ operation: EncryptionError.Operation) -> EncryptionError.Cause? {
        let order: [String]
        switch operation {
        case .encrypting: order = ["BEGIN_ENCRYPTION", "END_ENCRYPTION"]
        case .decrypting: order = ["BEGIN_DECRYPTION", "PLAINTEXT", "DECRYPTION_OKAY", "GOODMDC", "END_DECRYPTION"]
        }
        if words.filter(order.contains) == order, !words.contains("BADMDC"), !words.contains("DECRYPTION_FAILED"),
            !words.contains("UNEXPECTED"), !words.contains("NODATA")
        {
            return nil
        }
        return operation == .decrypting
            ? .damaged("gpg does not confirm that it is one whole encrypted message")
            : .failed(program: "gpg", how: "ended well", words: "but does not confirm that it encrypted")
    }

    /// What a failure means, where the status tells.
    func cause(_ operation: EncryptionError.Operation) -> EncryptionError.Cause? {
        guard operation == .decrypting else { return nil }
        if details.contains(where: { $0.hasSuffix("BAD_PASSPHRASE") }) {
            return .wrongSecret("the passphrase does not open it, or its beginning was altered")
        }
        if words.contains("BADMDC") { return .damaged("its integrity check fails") }
        if words.contains("ENC_TO") || words.contains("NO_SECKEY") {
            return .wrongSecret("it was encrypted for a public key and not under a passphrase")
        }
        return .damaged("gpg cannot read it as one whole encrypted message")
    }
}
