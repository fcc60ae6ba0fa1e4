import DurableFiles
import Foundation
import Glibc
import Offsite
import Processes
import SystemPackage
import Testing

/// An OpenSSH server of the test's own, on the loopback, for the user who runs the test.
struct LoopbackServer {
    let bench: Bench
    let port: Int

    static let isAvailable: Bool = {
        guard Bench.has("/usr/sbin/sshd", "/usr/bin/sftp", "/usr/bin/ssh-keygen") else { return false }
        // Root's sshd wants this folder, which its service makes at boot.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        return geteuid() != 0 || FileManager.default.fileExists(atPath: "/run/sshd")
    }()

    static func make(_ bench: Bench) async throws -> LoopbackServer {
        let keys = bench("keys").string
        let port = try freePort()
        try await Bench.shell(
            """
            cd '\(keys)'
            for name in host id other; do ssh-keygen -q -t ed25519 -N '' -f $name; done
            cp id.pub authorized
            echo "[127.0.0.1]:\(port) $(cut -d' ' -f1,2 host.pub)" > known
            echo "[127.0.0.1]:\(port) $(cut -d' ' -f1,2 other.pub)" > wrong
            : > empty
            """)
        let settings = """
            Port \(port)
            ListenAddress 127.0.0.1
            HostKey \(keys)/host
            AuthorizedKeysFile \(keys)/authorized
            PidFile \(keys)/pid
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            Subsystem sftp internal-sftp
            LogLevel ERROR

            """
        try DurableFile.write(Array(settings.utf8), to: bench("keys/conf"), permissions: .ownerReadWrite)
        return LoopbackServer(bench: bench, port: port)
    }

    /// Lets the server run during `body`; it and its sessions are killed at the end.
    func run<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        let child = ChildProcess(
            executable: "/usr/sbin/sshd", arguments: ["-D", "-e", "-f", bench("keys/conf").string],
            environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(300), grace: .seconds(1))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await child.run { _ in } }
            try await until("sshd listens") {
                answers(port) && FileManager.default.fileExists(atPath: bench("keys/pid").string)
            }
            let result: Result<T, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            killAll()
            group.cancelAll()
            // The server was ended, which is no failure of the test.
            while await group.nextResult() != nil {}
            return try result.get()
        }
    }

    /// Kills the server and its sessions, which are no members of its group.
    func killAll() {
        // Not there: killed before.
        guard let text = try? bench.text("keys/pid"), let first = pid_t(text.filter(\.isNumber)) else { return }
        var family: Set<pid_t> = [first]
        let parents = Self.parents()
        while case let more = parents.filter({ family.contains($0.value) && !family.contains($0.key) }), !more.isEmpty {
            family.formUnion(more.keys)
        }
        for pid in family { kill(pid, SIGKILL) }
        try? FileManager.default.removeItem(atPath: bench("keys/pid").string)
    }

    private static func parents() -> [pid_t: pid_t] {
        var parents: [pid_t: pid_t] = [:]
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(name), let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
                let end = bytes.lastIndex(of: UInt8(ascii: ")"))
            else { continue }
            let words = String(decoding: bytes[end...], as: UTF8.self).split(separator: " ")
            if words.count > 2, let parent = pid_t(words[2]) { parents[pid] = parent }
        }
        return parents
    }

    func settings(known: String = "known", identity: String = "id", folder: FilePath? = nil) -> SFTPServer {
        SFTPServer(
            host: "127.0.0.1", port: port, user: NSUserName(), folder: (folder ?? bench.store).string,
            identityFile: bench("keys").appending(identity), knownHostsFile: bench("keys").appending(known))
    }

    func destination(
        _ settings: SFTPServer? = nil, executable: FilePath? = nil, limits: OffsiteLimits = OffsiteLimits()
    ) throws(OffsiteError) -> SFTPDestination {
        try SFTPDestination(
            server: settings ?? self.settings(), scratch: bench.scratch, executable: executable, limits: limits)
    }
}
