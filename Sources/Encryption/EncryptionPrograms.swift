import DurableFiles
import Processes
package import SystemPackage

/// The programs that encrypt; nil where one is not installed.
package struct EncryptionPrograms: Hashable, Sendable {
    package var age: FilePath?
    package var gpg: FilePath?

    package init(age: FilePath?, gpg: FilePath?) {
        self.age = age
        self.gpg = gpg
    }

    /// Those of this host, looked for anew each time.
    package static var installed: EncryptionPrograms {
        EncryptionPrograms(age: find("age"), gpg: find("gpg"))
    }

    private static func find(_ name: String) -> FilePath? {
        ["/usr/bin", "/usr/local/bin", "/bin"].map { FilePath($0).appending(name) }.first {
            // A folder that cannot be looked into has no program for us.
            (try? FileFacts.of($0, followingLinks: true))?.kind == .file
        }
    }
}

/// One call of a program, with its standard streams still open to choose.
struct EncryptionCommand {
    let name: String
    private let executable: FilePath
    private let arguments: [String]
    private let home: FilePath

    static func age(_ programs: EncryptionPrograms, _ arguments: [String]) throws -> EncryptionCommand {
        guard let program = programs.age else {
            throw EncryptionError(.encrypting, "age", .missingProgram("age", package: "age"))
        }
        return EncryptionCommand(name: "age", executable: program, arguments: arguments, home: "/nonexistent")
    }

    /// The strongest derivation that OpenPGP's iterated S2K can express; about 0.2 s.
    static func gpgEncrypting(
        _ programs: EncryptionPrograms, home: FilePath, passphraseFile: FilePath
    ) throws -> EncryptionCommand {
        try gpg(
            programs, home: home, passphraseFile: passphraseFile,
            [
                "--symmetric", "--cipher-algo", "AES256", "--s2k-mode", "3", "--s2k-cipher-algo", "AES256",
                "--s2k-digest-algo", "SHA512", "--s2k-count", "65011712", "--compress-algo", "none", "--no-armor",
            ])
    }

    static func gpgDecrypting(
        _ programs: EncryptionPrograms, home: FilePath, passphraseFile: FilePath
    ) throws -> EncryptionCommand {
        try gpg(programs, home: home, passphraseFile: passphraseFile, ["--decrypt"])
    }

    /// A gpg that knows no keyring, no options file and no agent: neither the user's nor one that it would start.
    private static func gpg(
        _ programs: EncryptionPrograms, home: FilePath, passphraseFile: FilePath, _ arguments: [String]
    ) throws -> EncryptionCommand {
        guard let program = programs.gpg else {
            throw EncryptionError(.encrypting, "gpg", .missingProgram("gpg", package: "gnupg"))
        }
        let common = [
            "--homedir", home.string, "--no-options", "--batch", "--no-tty", "--no-autostart", "--no-keyring",
            "--lock-never", "--no-symkey-cache", "--pinentry-mode", "loopback",
            "--passphrase-file", passphraseFile.string, "--status-fd", "2",
        ]
        return EncryptionCommand(name: "gpg", executable: program, arguments: common + arguments, home: home)
    }

    func child(reading file: FileDescriptor, timeLimit: Duration) -> ChildProcess {
        ChildProcess(
            executable: executable, arguments: arguments,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": home.string, "LC_ALL": "C"],
            inputFile: file, timeLimit: timeLimit, grace: .seconds(2), outputLimit: .max)
    }

    func outcome(
        _ operation: EncryptionError.Operation, _ path: FilePath, into target: FilePath
    ) -> EncryptionOutcome {
        EncryptionOutcome(program: name, operation: operation, path: path, target: target)
    }
}
