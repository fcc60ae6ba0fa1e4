import Foundation
import Glibc

/// A real process with its output in files, to be waited for, signalled and measured.
final class Program: Sendable {
    struct Ending: Sendable, CustomStringConvertible {
        /// The exit status, or the signal as a negative number.
        let status: Int32
        let output: String
        let errors: String

        var description: String { "status \(status)\noutput: \(output)\nerrors: \(errors)" }
    }

    struct StartFailure: Error { let path: String, code: Int32 }
    struct Overstayed: Error { let path: String, output: String, errors: String }

    let pid: pid_t
    private let path: String
    private let outputFile: String
    private let errorFile: String

    /// The executable of this package with this name, beside the test bundle.
    static func built(_ name: String) -> String {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        let folder = (bundle ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
        return folder.appending(path: name).path
    }

    /// Starts a program in a process group of its own, which reads the file `input`; what it writes goes to files in
    /// `folder`.
    init(
        _ path: String, _ arguments: [String], in folder: String, environment: [String: String] = [:],
        input: String = "/dev/null"
    ) throws {
        self.path = path
        let label = UUID().uuidString
        outputFile = "\(folder)/\(label).out"
        errorFile = "\(folder)/\(label).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputFile, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorFile, O_WRONLY | O_CREAT, 0o600)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A test's thread may have signals blocked, which a child would inherit.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let own = ProcessInfo.processInfo.environment.filter { ["HOME", "PATH", "LD_LIBRARY_PATH"].contains($0.key) }
        let variables = own.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(environment) { $1 }
        var pid: pid_t = 0
        // The shell only changes the folder: `exec` puts the program in its place, with the same process identifier.
        let words = ["/bin/sh", "-c", #"cd "$0" && exec "$@""#, folder, path] + arguments
        let code = Self.withCStrings(words) { argv in
            Self.withCStrings(variables.map { "\($0.key)=\($0.value)" }) { envp in
                posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv, envp)
            }
        }
        guard code == 0 else { throw StartFailure(path: path, code: code) }
        self.pid = pid
    }

    var output: String { Self.text(outputFile) }
    var errors: String { Self.text(errorFile) }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end.
    ///
    /// - Throws: ``Overstayed`` after the limit; the process group is killed then.
    func wait(atMost limit: Duration = .seconds(120)) async throws -> Ending {
        let deadline = ContinuousClock.now + limit
        var status: Int32 = 0
        while true {
            let reaped = waitpid(pid, &status, WNOHANG)
            if reaped == pid { break }
            guard reaped == 0, ContinuousClock.now < deadline else {
                kill(-pid, SIGKILL)
                throw Overstayed(path: path, output: output, errors: errors)
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        let signal = status & 0x7f
        return Ending(
            status: signal == 0 ? (status >> 8) & 0xff : -signal, output: output, errors: errors)
    }

    private static func text(_ file: String) -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
