import DurableFiles
import Foundation
import Glibc
import SystemPackage

/// A command that may leave a process behind on purpose, such as one that starts a service.
///
/// It leads a session of its own, reads nothing, and writes to a file rather than to a pipe: whatever it leaves behind
/// neither holds this process up nor dies with it. Only a command that overstays its limit is killed, with its group.
struct LastingCommand {
    /// How a command ended.
    struct End {
        /// Nil where a signal or the limit ended it.
        var status: Int32?
        var words: String
        /// The beginning of what it wrote.
        var output: String
    }

    let program: FilePath
    /// The whole command, its name first.
    let arguments: [String]
    let environment: [String: String]
    let workingDirectory: FilePath

    private static let nap = Duration.milliseconds(20)
    /// `POSIX_SPAWN_SETSID`, which Swift does not import.
    private static let newSession: Int16 = 0x80
    private static let shownOutput = 2_000

    /// Starts the command and waits for itself, not for what it leaves behind.
    ///
    /// Not ended by cancellation: half a start or stop helps nobody.
    ///
    /// - Throws: ``CommandService/Failure`` where it could not be started; `Errno` for its output file.
    func run(limit: Duration) async throws -> End {
        let output = try Self.outputFile()
        defer { try? output.close() }  // nothing more is written by us
        let pid = try spawn(output)
        let end = ContinuousClock.now + limit
        var status: Int32 = 0
        while true {
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid { return Self.end(status, Self.text(output)) }
            guard ended == 0 || errno == EINTR else {
                return End(status: nil, words: "ended, and its status is lost", output: Self.text(output))
            }
            if ContinuousClock.now >= end {
                kill(-pid, SIGKILL)
                while waitpid(pid, &status, 0) == -1, errno == EINTR {}
                return End(
                    status: nil, words: "did not return within \(limit.components.seconds) s and was killed",
                    output: Self.text(output))
            }
            // A cancelled task does not nap; it then asks more often, until the limit.
            do { try await Task.sleep(for: Self.nap) } catch { usleep(20_000) }
        }
    }

    private func spawn(_ output: FileDescriptor) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
        posix_spawn_file_actions_adddup2(&actions, output.rawValue, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (all, none) = (sigset_t(), sigset_t())
        sigfillset(&all)
        sigemptyset(&none)
        // A process inherits what is ignored and blocked here; a service must not.
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) | Self.newSession)
        // The folder is the shell's to change to: spawning cannot do it here.
        let command = ["sh", "-c", "cd \"$0\" && exec \"$@\"", workingDirectory.string, program.string]
        var words: [UnsafeMutablePointer<CChar>?] = (command + arguments.dropFirst()).map { strdup($0) } + [nil]
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, "/bin/sh", &actions, &attributes, &words, &variables)
        guard code == 0 else {
            throw CommandService.Failure(
                command: arguments.joined(separator: " "), reason: "cannot be started: \(Errno(rawValue: code))")
        }
        return pid
    }

    /// A file that has lost its name: it goes when the last process that writes to it has ended.
    private static func outputFile() throws -> FileDescriptor {
        let path = FilePath(NSTemporaryDirectory()).appending("ronde-command-\(UUID().uuidString)")
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate, .append, .closeOnExec], permissions: .ownerReadWrite)
        unlink(path.string)
        return file
    }

    private static func text(_ output: FileDescriptor) -> String {
        withUnsafeTemporaryAllocation(byteCount: shownOutput, alignment: 16) { buffer in
            // Words of a command only add to a message.
            let count = (try? output.read(fromAbsoluteOffset: 0, into: buffer)) ?? 0
            return String(decoding: buffer[..<count], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private static func end(_ status: Int32, _ output: String) -> End {
        let signal = status & 0x7F
        if signal == 0 { return End(status: (status >> 8) & 0xFF, words: "ended", output: output) }
        return End(status: nil, words: "was ended by signal \(signal)", output: output)
    }
}
