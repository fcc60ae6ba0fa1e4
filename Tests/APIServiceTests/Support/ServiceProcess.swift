import Foundation
import Glibc
import SystemPackage
import Testing

/// The built executable, running; killed at the latest with the test that holds it.
final class ServiceProcess {
    /// How long anything may take: generous, for a machine that does other things too.
    static let patience: TimeInterval = 60

    struct Ending: Equatable {
        /// The exit status, or minus the signal.
        let status: Int32
        let output: String
        let complaints: String
    }

    let id: pid_t
    private let output: Int32
    private let complaints: FilePath
    private var seen = ""
    private var hasEnded = false

    init(_ arguments: [String], in folder: ScratchFolder) throws {
        let executable = try #require(Bundle.main.executableURL).deletingLastPathComponent()
            .appending(path: "api-service").path
        complaints = folder.file("stderr-\(UUID().uuidString)")
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, complaints.string, O_WRONLY | O_CREAT, 0o600)
        // The shell changes the folder and then becomes the service, with the same process id.
        let shell = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder.path.string, executable]
        let words = (shell + arguments).map { strdup($0) }
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, "/bin/sh", &actions, nil, words + [nil], environ)
        close(ends[1])
        id = child
        try #require(result == 0, "\(executable): \(String(cString: strerror(result)))")
    }

    deinit {
        if !hasEnded {
            kill(id, SIGKILL)
            var status: Int32 = 0
            waitpid(id, &status, 0)
        }
        close(output)
    }

    /// The port out of `Listening on http://127.0.0.1:PORT`.
    func port() throws -> UInt16 {
        try readOutput { $0.contains("\n") }
        let said = try text(of: complaints)
        let line = try #require(seen.split(separator: "\n").first, "\(said)")
        #expect(line.hasPrefix("Listening on http://127.0.0.1:"))
        return try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
    }

    func send(_ signal: Int32) { kill(id, signal) }

    /// Waits for the end; its standard output closes with it.
    func ending() throws -> Ending {
        try readOutput { _ in false }
        var status: Int32 = 0
        try #require(waitpid(id, &status, 0) == id)
        hasEnded = true
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
        return Ending(status: code, output: seen, complaints: try text(of: complaints))
    }

    /// Reads until there is enough, or no more.
    private func readOutput(until isEnough: (String) -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while !isEnough(seen) {
            var ready = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            let left = Int32(max(0, deadline.timeIntervalSinceNow * 1_000))
            try #require(poll(&ready, 1, left) > 0, "the service said nothing more; so far: \(seen)")
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return }
            seen += String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    private func text(of path: FilePath) throws -> String {
        try String(contentsOfFile: path.string, encoding: .utf8)
    }
}
