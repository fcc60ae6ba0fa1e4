import DurableFiles
import Encryption
import Foundation
import Glibc
import Processes
import SystemPackage
import Testing

/// A folder for one test with keys in it, removed when the test ends.
final class Bench: Sendable {
    let path: FilePath
    /// The public key of `identity`.
    let recipient: String
    let identity: FilePath
    let passphraseFile: FilePath

    /// The programs that the tests need.
    static let hasAge = exists("/usr/bin/age") && exists("/usr/bin/age-keygen")
    static let hasGPG = exists("/usr/bin/gpg")
    static let hasSSH = exists("/usr/bin/ssh-keygen")
    static let passphrase = "correct horse battery"

    static func exists(_ path: String) -> Bool { FileManager.default.isExecutableFile(atPath: path) }

    init() async throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-encryption-\(UUID())")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
        identity = path.appending("keys/age.txt")
        passphraseFile = path.appending("keys/passphrase")
        try FileManager.default.createDirectory(
            atPath: path.appending("keys").string, withIntermediateDirectories: false)
        try DurableFile.write(Array("\(Self.passphrase)\n".utf8), to: passphraseFile, permissions: .ownerReadWrite)
        recipient = Self.hasAge ? try await Self.makeIdentity(at: identity) : ""
    }

    deinit {
        // The test is over; a folder that cannot be removed is a fault of the machine, which other tests report.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    func callAsFunction(_ name: String) -> FilePath { path.appending(name) }

    var gpg: Encryption { .gpg(passphraseFile: passphraseFile) }
    var age: Encryption { .age(recipients: [recipient]) }
    var secrets: Decryption { Decryption(identityFiles: [identity], passphraseFile: passphraseFile) }

    func encryption(_ form: EncryptedForm) -> Encryption { form == .age ? age : gpg }

    /// What is in the folder besides the keys, hidden files too.
    func entries() throws -> [String] { try Folder.entries(of: path).filter { $0 != "keys" } }

    @discardableResult
    func put(_ bytes: [UInt8], at name: String, permissions: FilePermissions = .ownerReadWrite) throws -> FilePath {
        try DurableFile.write(bytes, to: self(name), permissions: permissions)
        return self(name)
    }

    func bytes(_ name: String) throws -> [UInt8] { try DurableFile.read(self(name), limit: 64 << 20) }

    /// Makes a program out of a script.
    func program(_ script: String, named name: String = "program") throws -> FilePath {
        try put(Array("#!/bin/sh\n\(script)\n".utf8), at: "keys/\(name)", permissions: .ownerReadWriteExecute)
        return self("keys/\(name)")
    }

    /// Makes a key pair and returns its public key.
    static func makeIdentity(at path: FilePath) async throws -> String {
        try await shell("umask 077; age-keygen -o '\(path)' 2>/dev/null")
        return try await shell("age-keygen -y '\(path)'")
    }

    /// Runs a line of shell in the folder and returns its first line of output.
    @discardableResult
    func shell(_ script: String) async throws -> String { try await Self.shell(script, in: path) }

    @discardableResult
    static func shell(_ script: String, in folder: FilePath = "/") async throws -> String {
        let lines = Lines()
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["-ec", script],
            environment: ["PATH": "/usr/bin:/bin:/usr/sbin", "HOME": "/nonexistent", "LC_ALL": "C"],
            workingDirectory: folder, timeLimit: .seconds(60))
        let report = try await child.run { await lines.add($0) }
        try #require(report.end == .exited(0), "\(script): \(report.errorText)")
        return await lines.all.first ?? ""
    }

    /// gpg as an operator calls it, with a home of its own and weak derivation, to be quick.
    var plainGPG: String {
        "gpg --homedir '\(path)/keys/home' --batch --quiet --no-tty --no-autostart --pinentry-mode loopback "
            + "--passphrase-file '\(passphraseFile)' --s2k-count 65536"
    }

    func makeGPGHome() throws {
        try FileManager.default.createDirectory(
            atPath: path.appending("keys/home").string, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }
}

actor Lines {
    private(set) var all: [String] = []
    func add(_ bytes: [UInt8]) { all.append(String(decoding: bytes, as: UTF8.self)) }
}

/// Bytes that do not repeat soon and are the same each time.
func sample(_ count: Int) -> [UInt8] {
    var state: UInt64 = 42
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
    }
}

func encryptionError(_ body: () async throws -> Void) async -> EncryptionError? {
    await #expect(throws: EncryptionError.self) { try await body() }
}
