package import Digests
import Foundation
package import SystemPackage

/// A folder of any remote that the operator's rclone knows.
package struct RcloneDestination: OffsiteDestination {
    private let remote: RcloneRemote
    private let program: RemoteProgram
    private let options: [String]
    private let limits: OffsiteLimits

    /// - Parameters:
    ///   - remote: as rclone takes it: `NAME:path`, or the absolute path of a folder of this host, such as a mounted
    ///     disk.
    ///   - configuration: rclone's configuration file; nil for its own choice.
    ///   - passwordFile: holds the password of an encrypted configuration; only its owner may read it.
    ///   - executable: the program; nil to look for it.
    ///   - limits: of time and bandwidth.
    /// - Throws: ``OffsiteError`` when the remote is none, holds parameters, or a file is missing or exposed.
    package init(
        remote: String, configuration: FilePath? = nil, passwordFile: FilePath? = nil, executable: FilePath? = nil,
        limits: OffsiteLimits = OffsiteLimits()
    ) throws(OffsiteError) {
        self.remote = try RcloneRemote(remote)
        self.limits = limits
        guard let found = executable ?? RemoteProgram.find("rclone") else {
            throw OffsiteError(
                destination: remote, operation: "connect", cause: .missingProgram("rclone", package: "rclone"))
        }
        program = RemoteProgram(
            executable: found, destination: remote,
            environment: [
                "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                "HOME": ProcessInfo.processInfo.environment["HOME"] ?? "/nonexistent",
            ])
        var options = [
            "--ask-password=false", "--retries", "2", "--low-level-retries", "3", "--stats", "0", "--log-format", "",
            "--contimeout", Self.seconds(limits.connecting), "--timeout", Self.seconds(limits.idle),
        ]
        if let configuration { options += ["--config", configuration.absolute.string] }
        if let passwordFile {
            try OffsiteError.checkSecret(passwordFile, remote)
            options += ["--password-command", "cat \(Self.word(passwordFile.absolute.string))"]
        }
        if let bandwidth = limits.bandwidth { options += ["--bwlimit", "\(bandwidth)B"] }
        self.options = options
    }

    package var description: String { remote.text }

    package func list() async throws(OffsiteError) -> [RemoteFile] {
        let answer = try await run(
            ["lsjson", "--files-only", "--no-modtime", "--no-mimetype", remote.text], limits.request, "list files")
        if answer.status == Status.noFolder { return [] }
        guard answer.status == 0 else { throw failure("list files", answer) }
        do {
            let entries = try JSONDecoder().decode([Entry].self, from: Data(answer.lines.joined(separator: "\n").utf8))
            return entries.map { RemoteFile(name: $0.name, bytes: $0.size) }
        } catch {
            throw program.failure("list files", .failed("what rclone lists cannot be read: \(error)"))
        }
    }

    package func upload(_ file: OffsiteFile) async throws(OffsiteError) {
        let operation = "upload '\(file.name)'"
        let target = try path(of: file.name)
        // Some remotes show a file while it is written: its own name it gets once it is whole.
        let part = target + Self.partEnding
        // Not every remote tells a transfer that went wrong, so one more is tried before the storage is blamed.
        for _ in 1...2 {
            let answer = try await run(
                ["copyto", "--ignore-times", file.path.absolute.string, part], limits.transfer, operation)
            guard answer.status == 0 else { throw failure(operation, answer) }
            let moved = try await run(["moveto", "--ignore-times", part, target], limits.transfer, operation)
            guard moved.status == 0 else { throw failure(operation, moved) }
            if try await holds(file.name, bytes: file.bytes, sha256: file.sha256) { return }
            try await remove(file.name)
        }
        throw program.failure(operation, .mismatch)
    }

    /// The end of the name of a file that is being uploaded; what a stopped upload leaves is replaced by the next one.
    private static let partEnding = ".part"

    package func holds(_ name: String, bytes: Int, sha256: SHA256Digest) async throws(OffsiteError) -> Bool {
        let target = try path(of: name)
        // The remote's own digest where it has one; otherwise the file is brought back and its bytes are hashed.
        for download in [false, true] {
            let answer = try await run(
                ["hashsum", "SHA256"] + (download ? ["--download"] : []) + [target], limits.transfer, "verify '\(name)'"
            )
            if [Status.noFolder, Status.noFile].contains(answer.status) { return false }
            if answer.status == 0, let line = answer.lines.first, let digest = SHA256Digest(hex: line.prefix(64)) {
                return digest == sha256
            }
            if download { throw failure("verify '\(name)'", answer) }
        }
        return false
    }

    package func remove(_ name: String) async throws(OffsiteError) {
        let answer = try await run(["deletefile", try path(of: name)], limits.request, "remove '\(name)'")
        // Older versions have only these words for it.
        let isMissing = answer.errorText.contains("is a directory or doesn't exist")
        guard [0, Status.noFolder, Status.noFile].contains(answer.status) || isMissing else {
            throw failure("remove '\(name)'", answer)
        }
    }

    package func download(_ name: String, into path: FilePath) async throws(OffsiteError) {
        let source = try self.path(of: name)
        let answer = try await run(
            ["copyto", "--ignore-times", source, path.absolute.string], limits.transfer, "download '\(name)'")
        guard answer.status == 0 else { throw failure("download '\(name)'", answer) }
    }

    /// Exit statuses of rclone.
    private enum Status {
        static let noFolder: Int32 = 3
        static let noFile: Int32 = 4
    }

    private struct Entry: Decodable {
        let name: String
        let size: Int

        enum CodingKeys: String, CodingKey { case name = "Name", size = "Size" }
    }

    private func run(
        _ arguments: [String], _ timeLimit: Duration, _ operation: String
    ) async throws(OffsiteError) -> RemoteProgram.Answer {
        try await program.run(options + arguments, timeLimit: timeLimit, for: operation)
    }

    private func path(of name: String) throws(OffsiteError) -> String {
        if let fault = OffsiteName.fault(in: name) { throw program.failure("use a file", .name(name, reason: fault)) }
        return remote.path(of: name)
    }

    private func failure(_ operation: String, _ answer: RemoteProgram.Answer) -> OffsiteError {
        if [Status.noFolder, Status.noFile].contains(answer.status) { return program.failure(operation, .noFolder) }
        return program.failure(operation, .reading(answer.errorText))
    }

    private static func seconds(_ duration: Duration) -> String { "\(max(duration.components.seconds, 1))s" }

    /// A word of rclone's lists of words, which are comma-separated values with spaces for commas.
    private static func word(_ text: String) -> String { "\"\(text.replacing("\"", with: "\"\""))\"" }
}

extension FilePath {
    /// The path from the root, so that no program takes it for an option or looks for it elsewhere.
    var absolute: FilePath {
        isAbsolute ? self : FilePath(FileManager.default.currentDirectoryPath).pushing(self)
    }
}
