import Foundation
import Glibc
import Networking

/// A real mail server on loopback, which keeps what it is given.
struct MailSink {
    /// The envelope of a message.
    struct Envelope: Decodable {
        var from: String
        var to: [String]
        var name: String
        var tls: Bool
        var user: String?
    }

    let port: Int
    private let folder: TemporaryFolder

    func server(_ security: MailServer.Security, trusted: Bool = true) -> MailServer {
        MailServer(
            host: "127.0.0.1", port: port, security: security,
            certificateAuthority: trusted && security != .none ? folder.path("cert.pem") : nil)
    }

    /// How many messages it has kept.
    var count: Int {
        (1...1000).first { !FileManager.default.fileExists(atPath: folder.path("\($0).eml")) }.map { $0 - 1 } ?? 1000
    }

    func message(_ number: Int = 1) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("\(number).eml"))))
    }

    func envelope(_ number: Int = 1) throws -> Envelope {
        try JSONDecoder().decode(
            Envelope.self, from: Data(contentsOf: URL(fileURLWithPath: folder.path("\(number).json"))))
    }

    /// A Python that has the module which speaks SMTP; nil where there is none.
    static let python: String? = ["/usr/bin/python3", "/usr/local/bin/python3"].first { path in
        guard FileManager.default.isExecutableFile(atPath: path) else { return false }
        // One that cannot be started has nothing.
        guard let command = try? Command(path, ["-c", "import aiosmtpd.smtp; print('here')"]) else { return false }
        // Waited for: a child that is left would keep Swift Testing from noticing the end of its own.
        defer { command.end() }
        return command.firstLine() == "here"
    }

    static let missing = "needs aiosmtpd: apt-get install python3-aiosmtpd"

    /// Starts a server, gives it to `body` and ends it, however `body` ends.
    ///
    /// Its certificate is for `certificate` (`IP:…` or `DNS:…`); without one it has no TLS. `options` are those of `sink.py`.
    static func open<T>(
        certificate: String? = nil, _ options: [String] = [], during body: (MailSink) async throws -> T
    ) async throws -> T {
        try await TemporaryFolder.open { folder in
            var arguments = [script, folder.root.path] + options
            if let certificate {
                try OpenSSLCommand.run([
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                    folder.path("key.pem"), "-out", folder.path("cert.pem"), "-days", "2", "-subj", "/CN=sink",
                    "-addext", "subjectAltName=\(certificate)",
                ])
                arguments += ["--cert", folder.path("cert.pem"), "--key", folder.path("key.pem")]
            }
            let command = try Command(python ?? "", arguments)
            defer { command.end() }
            guard let port = command.firstLine().flatMap({ Int($0.dropFirst("ready ".count)) }) else {
                throw OpenSSLCommand.Trouble(words: "the mail server does not listen")
            }
            return try await body(MailSink(port: port, folder: folder))
        }
    }

    private static var script: String { Bundle.module.path(forResource: "sink", ofType: "py") ?? "sink.py" }
}

/// A program with its output to be read; see ``OpenSSLCommand`` for why it is no `Process`.
final class Command: Sendable {
    private let process: pid_t
    private let output: Int32

    init(_ path: String, _ arguments: [String]) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw OpenSSLCommand.Trouble(words: "pipe: errno \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        let words = ([path] + arguments).map { strdup($0) }
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, path, &actions, nil, words + [nil], environ)
        guard code == 0 else {
            close(ends[0])
            throw OpenSSLCommand.Trouble(words: "posix_spawn \(path): errno \(code)")
        }
        (process, output) = (child, ends[0])
    }

    deinit { close(output) }

    /// The first line that it writes; nil where it ends without one.
    func firstLine() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    func end() {
        kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }
}
