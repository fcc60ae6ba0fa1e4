package import Digests
import DurableFiles
package import SystemPackage

/// A folder of an SFTP server, reached by OpenSSH's `sftp`.
///
/// A file is uploaded as `NAME.part`, brought back and compared, and only then renamed. An interrupted upload goes on
/// where it ended.
package struct SFTPDestination: OffsiteDestination {
    private let server: SFTPServer
    private let scratch: FilePath
    private let limits: OffsiteLimits
    private let program: RemoteProgram

    /// - Parameters:
    ///   - server: whose folder it is.
    ///   - scratch: a folder with room for the largest file, which is brought back there to be compared.
    ///   - executable: the program; nil to look for it.
    ///   - limits: of time and bandwidth.
    /// - Throws: ``OffsiteError`` when a setting cannot be used or the identity is missing or exposed.
    package init(
        server: SFTPServer, scratch: FilePath, executable: FilePath? = nil, limits: OffsiteLimits = OffsiteLimits()
    ) throws(OffsiteError) {
        func failure(_ cause: OffsiteError.Cause) -> OffsiteError {
            OffsiteError(destination: server.place, operation: "connect", cause: cause)
        }
        if let fault = server.fault { throw failure(.setting(fault)) }
        try OffsiteError.checkSecret(server.identityFile, server.place)
        guard let found = executable ?? RemoteProgram.find("sftp") else {
            throw failure(.missingProgram("sftp", package: "openssh-client"))
        }
        self.server = server
        self.scratch = scratch
        self.limits = limits
        program = RemoteProgram(
            executable: found, destination: server.place,
            environment: ["PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"])
    }

    package var description: String { server.place }

    package func list() async throws(OffsiteError) -> [RemoteFile] {
        try await entries("list files").filter { !$0.name.hasSuffix(OffsiteName.partEnding) }
    }

    package func upload(_ file: OffsiteFile) async throws(OffsiteError) {
        let operation = "upload '\(file.name)'"
        try check(file.name)
        try checkRoom(for: file.bytes, operation)
        let there = try await entriesMakingFolder(operation)
        let part = path(of: file.name + OffsiteName.partEnding)
        let begun = there.first { $0.name == file.name + OffsiteName.partEnding }?.bytes ?? 0
        let mayResume = begun > 0 && begun <= file.bytes
        var isProven = false
        if mayResume {
            // What is there may be the beginning of another file: the comparison tells.
            let rest = begun < file.bytes ? try put("reput", file, part, operation) : ""
            isProven = try await hasBytes(part, file.bytes, file.sha256, operation, after: rest)
        }
        for _ in 1...2 where !isProven {
            let all = try put("put", file, part, operation)
            isProven = try await hasBytes(part, file.bytes, file.sha256, operation, after: all)
        }
        guard isProven else {
            try await batch(SFTPBatch.line("rm", part, mayFail: true), limits.request, operation)
            throw program.failure(operation, .mismatch)
        }
        // Not every server replaces a file when it renames another.
        let isThere = there.contains { $0.name == file.name }
        let making = isThere ? SFTPBatch.line("rm", path(of: file.name), mayFail: true) : ""
        try await batch(making + SFTPBatch.line("rename", part, path(of: file.name)), limits.request, operation)
    }

    package func holds(_ name: String, bytes: Int, sha256: SHA256Digest) async throws(OffsiteError) -> Bool {
        try check(name)
        let operation = "verify '\(name)'"
        guard try await entries(operation).contains(RemoteFile(name: name, bytes: bytes)) else { return false }
        return try await hasBytes(path(of: name), bytes, sha256, operation)
    }

    package func remove(_ name: String) async throws(OffsiteError) {
        try check(name)
        let operation = "remove '\(name)'"
        let names = [name, name + OffsiteName.partEnding]
        let there = try await entries(operation).map(\.name).filter(names.contains)
        guard !there.isEmpty else { return }
        try await batch(there.map { SFTPBatch.line("rm", path(of: $0)) }.joined(), limits.request, operation)
    }

    package func download(_ name: String, into path: FilePath) async throws(OffsiteError) {
        try check(name)
        try await batch(
            SFTPBatch.line("get", self.path(of: name), path.absolute.string), limits.transfer, "download '\(name)'")
    }

    // MARK: -

    private func check(_ name: String) throws(OffsiteError) {
        if let fault = OffsiteName.fault(in: name) { throw program.failure("use a file", .name(name, reason: fault)) }
    }

    /// Better no upload than one that cannot be compared in the end.
    private func checkRoom(for bytes: Int, _ operation: String) throws(OffsiteError) {
        let room: DiskSpace
        do throws(FileError) {
            room = try DiskSpace.available(at: scratch)
        } catch {
            throw .local(error, server.place, operation)
        }
        guard room.availableBytes >= bytes else {
            let words = "'\(scratch)' has room for \(room.availableBytes) bytes, and comparing needs \(bytes)"
            throw program.failure(operation, .localFile("\(words); free some, or choose another folder"))
        }
    }

    /// Never begins with a dash, because there is always a folder before it.
    private func path(of name: String) -> String { "\(folder)/\(name)" }

    private var folder: String { server.folder.hasPrefix("-") ? "./\(server.folder)" : server.folder }

    /// All plain files, unfinished ones too; none where the folder does not exist.
    private func entries(_ operation: String) async throws(OffsiteError) -> [RemoteFile] {
        do throws(OffsiteError) {
            let lines = try await batch(
                SFTPBatch.line("cd", folder) + "ls -lna\n", limits.request, operation)
            return SFTPBatch.files(in: lines)
        } catch {
            if error.cause == .noFolder { return [] }
            throw error
        }
    }

    private func entriesMakingFolder(_ operation: String) async throws(OffsiteError) -> [RemoteFile] {
        let there = try await entries(operation)
        guard there.isEmpty else { return there }
        var making = ""
        var path = folder.hasPrefix("/") ? "" : "."
        for part in folder.split(separator: "/") where part != "." {
            path += "/\(part)"
            making += SFTPBatch.line("mkdir", path, mayFail: true)
        }
        try await batch(making + SFTPBatch.line("cd", folder), limits.request, operation)
        return []
    }

    /// The command that uploads a file, or its rest.
    private func put(
        _ command: String, _ file: OffsiteFile, _ part: String, _ operation: String
    ) throws(OffsiteError) -> String {
        // -f: the server has the bytes on its disk before it says so, where it knows how.
        let source = file.path.absolute.string
        if source.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw program.failure(operation, .name(source, reason: "it has a character that does not print"))
        }
        return SFTPBatch.line("\(command) -f", source, part)
    }

    /// Whether a file there has these bytes, once the commands `after` which it is looked at are done.
    private func hasBytes(
        _ remote: String, _ bytes: Int, _ sha256: SHA256Digest, _ operation: String, after commands: String = ""
    ) async throws(OffsiteError) -> Bool {
        do {
            let copy = try TemporaryFile.create(beside: scratch.appending("offsite"), permissions: .ownerReadWrite)
            try await batch(
                commands + SFTPBatch.line("get", remote, copy.path.absolute.string), limits.transfer, operation)
            return try await FileFingerprint.of(copy.path) == FileFingerprint(bytes: bytes, sha256: sha256)
        } catch let error as OffsiteError {
            throw error
        } catch {
            throw .local(error, server.place, operation)
        }
    }

    /// Runs commands and returns what they print.
    @discardableResult
    private func batch(
        _ commands: String, _ timeLimit: Duration, _ operation: String
    ) async throws(OffsiteError) -> [String] {
        let answer = try await program.run(
            server.arguments(limits), input: commands + "bye\n", timeLimit: timeLimit, for: operation)
        guard answer.status == 0 else {
            let text = answer.errorText
            let isMissing =
                text.contains("No such file") && (text.contains("realpath") || text.contains("stat"))
                && !text.contains("Permission denied")
            throw program.failure(operation, isMissing ? .noFolder : .reading(text))
        }
        return answer.lines.filter { !$0.hasPrefix("sftp> ") }
    }
}
