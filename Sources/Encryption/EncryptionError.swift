package import SystemPackage

/// Why a file was not encrypted or decrypted; nothing is left under its final name then.
package struct EncryptionError: Error, Hashable, CustomStringConvertible {
    package enum Operation: String, Hashable, Sendable {
        case encrypting = "encrypt"
        case decrypting = "decrypt"
    }

    package enum Cause: Hashable, Sendable {
        /// The program is not installed; `package` is Debian's name of what has it.
        case missingProgram(String, package: String)
        /// Others than its owner have access to a file with a secret; the permissions it has.
        case secretExposed(FilePermissions)
        /// A file with a secret holds none that can be used.
        case secretUnusable(String)
        case noRecipient
        case badRecipient(String, reason: String)
        case notAFile
        /// It changed while it was read.
        case changed
        /// Neither age nor symmetric gpg.
        case notEncrypted
        /// An armoured gpg message: gpg overlooks changes of its armour.
        case armoured
        /// No secret was given for this form.
        case noSecret(EncryptedForm)
        /// The identity or passphrase does not open it.
        case wrongSecret(String)
        /// Cut off, altered, or with something behind it; the words say what was noticed.
        case damaged(String)
        case timedOut(Duration)
        case failed(program: String, how: String, words: String)
    }

    package let operation: Operation
    /// The file, or the configuration, that is at fault.
    package let path: FilePath
    package let cause: Cause

    init(_ operation: Operation, _ path: FilePath, _ cause: Cause) {
        self.operation = operation
        self.path = path
        self.cause = cause
    }

    package var description: String { "cannot \(verb) '\(path)': \(reason)" }

    private var verb: String {
        switch cause {
        case .missingProgram, .secretExposed, .secretUnusable, .noRecipient, .badRecipient: "use"
        default: operation.rawValue
        }
    }

    private var reason: String {
        switch cause {
        case .missingProgram(let name, let package):
            "the program '\(name)' is not installed; install the Debian package '\(package)'"
        case .secretExposed(let permissions):
            "a file with a secret has permissions \(String(permissions.rawValue, radix: 8)), so that others than its "
                + "owner have access to it; run chmod 600, and change the secret if someone may have read it"
        case .secretUnusable(let why): "the file with the secret cannot be used: \(why)"
        case .noRecipient: "no recipient is given; name at least one, such as the line 'public key' of age-keygen"
        case .badRecipient(let text, let why):
            "'\(text.prefix(100))' is no recipient: \(why); give age1…, ssh-ed25519 … or ssh-rsa …"
        case .notAFile: "it is not a file"
        case .changed: "it changed while it was read; try again when nothing writes to it"
        case .notEncrypted: "it begins like no file of age or gpg --symmetric; it is damaged or was never encrypted"
        case .armoured:
            "it is an armoured gpg message, whose end gpg does not check; make it binary with gpg --dearmor, and "
                + "use that"
        case .noSecret(.age): "it is an age file and no identity file is given; give the one its recipients belong to"
        case .noSecret(.gpg): "it is a gpg file and no passphrase file is given; give the one it was encrypted with"
        case .wrongSecret(let words): "\(words); use the secret it was encrypted for, or another copy of the file"
        case .damaged(let words): "it is cut off or altered: \(words); nothing of it was kept, use another copy"
        case .timedOut(let limit): "it took longer than \(limit.components.seconds) s; allow more time"
        case .failed(let program, let how, let words): "\(program) \(how)" + (words.isEmpty ? "" : ": \(words)")
        }
    }
}
